"""Trainer: adaptive training management for peace operations.

When a mandate changes, Trainer works out who now lacks which competency, plans modules and partners' seats with the fewest
changes to people's lives, tells each person why, and shows how ready every mission is in every mandate area.

The packages below are stacked in the order in which the business flows; `pyproject.toml` holds the order as a contract.
"""
