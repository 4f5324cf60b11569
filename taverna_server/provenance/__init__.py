"""Listens to what the engine reports and writes down where each value came from.

Knows values and workflows; knows nothing of the server or of how the engine
schedules its work.
"""
