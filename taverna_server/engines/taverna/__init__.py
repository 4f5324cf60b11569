"""Our own engine for Taverna 2 workflows.

``scheduler.py`` is pure: something happened, what now? It answers with
instructions, and ``driver.py`` carries them out on threads, in a JVM, in
subprocesses, and reports back what happened. Nothing here imports the server.

A way to read it: ``events.py`` (what is said), ``plan.py`` (what is known
before), ``scheduler.py`` (theory of operation), then down one processor:
``ports.py``, ``iteration.py``, ``dispatch/``, ``crystallizer.py``; then out into
the world: ``driver.py``, ``batch.py``, ``execution.py``, and its two callers
``engine.py`` (a run directory) and ``local.py`` (the command line).
"""
