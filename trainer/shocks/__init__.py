"""Losses of capacity without any change of mandate: who leaves early, what is no longer offered, and since when."""
