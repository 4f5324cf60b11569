"""What executes a workflow: a command with a run directory.

``base.py`` is the contract; ``taverna/`` is our own engine for t2flow. The room
knows nothing of the server: it reads ``run.json``, writes events, outputs and
``outcome.json``, and that is all the two share.
"""
