"""Starts, watches and stops one run: one command in one directory.

``base.py`` is the contract and one conformance suite runs against every runner.
A runner knows nothing of workflows, users or the database.
"""
