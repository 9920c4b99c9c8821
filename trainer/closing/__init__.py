"""Leaving an operation: how a mission draws down and closes, and what people who move to another need there."""
