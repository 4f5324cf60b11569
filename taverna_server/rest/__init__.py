"""The Taverna Server REST interface, a file per branch of the tree.

Each view reads a representation, makes one call to the manager and writes a
representation. No rules live here: only the translation to and from HTTP.
"""
