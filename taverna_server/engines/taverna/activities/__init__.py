"""One file per kind of activity; ``base.py`` is the contract they share.

Kinds are found by entry point (group ``taverna_server.activities``), so a
package installed beside this one can add its own. An activity sees its inputs
and the run it belongs to, never the graph around it.
"""
