"""Who is calling: Basic, token; hashing and checking passwords.

Knows users and the store; knows nothing of runs or of what a caller may do.
"""
