"""What a workflow is: read, typed, and everything wrong with it.

``t2flow.py`` reads documents into ``model.py``; ``depths.py`` says how deep the
lists at each port are; ``problems.py`` collects what is wrong and reports it
together. The room does not execute anything and knows nothing of HTTP or runs.
"""
