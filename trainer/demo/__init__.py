"""Demonstration data: real missions and instruments, invented people. Nothing here is used in production."""
