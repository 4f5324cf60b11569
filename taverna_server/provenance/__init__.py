"""Listens to what the engine does and writes down where each value came from.

While a run works, ``recorder`` appends a record for each job to a file and keeps
nothing but what is under way. When it has ended, ``bundle`` reads that file back,
record by record (``replay``), into a run bundle: the PROV trace (``prov``), the
RO-Crate (``crate``), the manifest, and a file for each value.

Knows values and workflows; knows nothing of the server or of how the engine
schedules its work.
"""
