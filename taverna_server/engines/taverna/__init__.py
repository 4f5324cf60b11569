"""Our own engine for Taverna 2 workflows.

``scheduler.py`` is pure: something happened, what now? It answers with
instructions, and ``driver.py`` carries them out on threads, in a JVM, in
subprocesses, and reports back what happened. Nothing here imports the server.
"""
