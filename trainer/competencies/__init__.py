"""Mandate areas and their two owners; what can be held, at which level, by whom, until when; waivers."""
