"""The matrix of requirements: reading it, comparing its versions, changing many rules at once, and what training answers it.

It has no tables: rules are kept and published by mandates.
"""
