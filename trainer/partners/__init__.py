"""Providers, their courses, dated sessions, seats, quotas, and the host's recognition."""
