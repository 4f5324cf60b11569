"""Who is calling: Basic, token; hashing and checking passwords.

``Authenticator`` reads an ``Authorization`` header and says who that is.
Knows users and the store; knows nothing of runs or of what a caller may do.
"""

from taverna_server.auth.authenticator import Authenticator
from taverna_server.auth.passwords import check_name, hash_password, new_password
from taverna_server.auth.tokens import hash_token, new_token

__all__ = [
    "Authenticator",
    "check_name",
    "hash_password",
    "hash_token",
    "new_password",
    "new_token",
]
