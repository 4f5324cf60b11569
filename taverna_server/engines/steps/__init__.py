"""What the engines of REANA's four languages share: how a step of theirs is executed.

``serial/`` executes steps itself; cwltool, Snakemake and Yadage run in processes
with environments of their own and ask us, over a socket, for every command
(``server.py``, ``calling.py``). So there is one place that knows what a job is
(``jobs.py``), where commands run (``places.py``, ``sandbox.py``,
``containers.py``), what they see (``surroundings.py``) and how they end
(``commands.py``). The room does not know any of the languages.
"""
