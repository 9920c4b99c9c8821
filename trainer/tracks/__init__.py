"""A person's way through modules and seats: assignments, progress, the next step."""
