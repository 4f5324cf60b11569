"""A run manager that keeps Taverna workflows alive.

``docs/architecture.md`` is the map; each room's ``__init__.py`` says why the
room exists and what it does not know.
"""

__version__ = "0.1.0"
