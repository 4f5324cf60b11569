"""Who is calling: Basic, token, session of a browser; hashing and checking passwords.

``Authenticator`` reads an ``Authorization`` header and says who that is.
A run at work is somebody, too, and may call from this machine. The room knows
users and the store; it knows nothing of what a caller may do.
"""

from taverna_server.auth.authenticator import Authenticator
from taverna_server.auth.passwords import check_name, hash_password, new_password
from taverna_server.auth.sessions import Sessions
from taverna_server.auth.sign_in import SignIn
from taverna_server.auth.tokens import hash_token, new_token

__all__ = [
    "Authenticator",
    "Sessions",
    "SignIn",
    "check_name",
    "hash_password",
    "hash_token",
    "new_password",
    "new_token",
]
