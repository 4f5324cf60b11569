"""Migrations, oldest first by name. They never change once released."""
