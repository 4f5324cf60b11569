"""What was done to the tables, a module each in ``versions``; see ``migrate.py``."""
