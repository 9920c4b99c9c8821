"""What is demanded, by which paragraph, and how it changed."""
