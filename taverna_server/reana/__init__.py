"""The REANA face: ``reana-client`` works against this server (REANA dossier).

One resource family a file. Everything is JSON, also every error
(``{"message": ...}``); tokens come in the address and stay out of every log. The
address says which generation of clients is served (``dialect.py``): ``/api`` for
those of today, ``/reana-0.4/api`` for 0.3 and 0.4.

The room knows the manager and HTTP, and no other face. What it calls a workflow is
a run with a record (``model/analysis.py``).
"""
