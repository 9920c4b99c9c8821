"""Who gets which seat: a planner over integer arrays, usable without the rest of the product.

Start with `solver.py`, which says how to call it, and `README.md`, which says how it works.
"""
