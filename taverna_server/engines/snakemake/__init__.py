"""Snakemake workflows of REANA, executed by Snakemake 7.

What runs is the Snakefile in the workspace; the steps that a client posts only
describe it. ``engine.py`` starts Snakemake with a ``bash`` of ours first in its
PATH, so every command of a rule comes to us; ``inside.py`` runs in Snakemake's
environment and tells which rule is about to say which command.
"""
