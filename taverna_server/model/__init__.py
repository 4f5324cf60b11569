"""Plain data any room may import: runs, users, permissions, limits.

Frozen dataclasses and enumerations without behaviour beyond what their values
imply. This room knows nothing of HTTP, databases, files or processes.
"""
