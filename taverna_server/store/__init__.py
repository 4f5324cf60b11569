"""Rows: what clients asked for, and an index of what was observed.

SQLAlchemy Core over SQLite (WAL) or PostgreSQL. Every change of a run's state
is a guarded update (``where status in ...``). The room keeps facts and enforces
no rules: who may do what is the manager's business.
"""
