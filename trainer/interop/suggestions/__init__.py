"""From the text of an instrument to suggestions of what it tasks an operation to do.

Texts in, values out; nothing counts before an officer says so.
"""
