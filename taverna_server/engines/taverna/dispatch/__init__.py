"""The dispatch layers around one invocation, a file each.

Top to bottom: parallelize, error bounce, loop, failover, retry, invoke
(execution-semantics 7). Like the scheduler they are pure: what happened goes
in, what to do comes out.
"""
