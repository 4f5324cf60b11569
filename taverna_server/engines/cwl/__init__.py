"""CWL workflows of REANA, executed by cwltool.

``inputs.py`` makes of parameters what cwltool takes; ``engine.py`` starts it;
``inside.py`` runs in cwltool's environment and has each command executed by us;
``schemas.py`` spares it most of its start.
"""
