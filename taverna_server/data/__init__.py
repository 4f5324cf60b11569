"""What flows through ports and where it lies.

Values, lists and error documents; Baclava documents; the run directory; the
output tree in ``wd/out``; and clients' paths, which stay inside one directory.
Server and engine share this room: it is how they talk. It knows nothing of
HTTP, the database or how values are computed.
"""
