"""Yadage workflows of REANA, executed by Yadage.

``engine.py`` says where the workflow, its data and its parameters are;
``inside.py`` runs in Yadage's environment, as the back end to which Yadage hands
each job.
"""
