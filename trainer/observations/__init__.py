"""Lessons learned in missions, their review, and the edition that answers them."""
