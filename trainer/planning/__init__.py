"""Gaps become a proposal that a person can read, change and approve."""
