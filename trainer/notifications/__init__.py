"""Messages owed to people, and proof of sending."""
