"""Serial workflows of REANA: one command after another, in one workspace.

``plan.py`` says what is to be executed; ``engine.py`` does it. There is no
foreign engine behind this one: a step is a few lines of shell.
"""
