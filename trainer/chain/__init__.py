"""The whole chain from a paragraph to a seat and back; queries only."""
