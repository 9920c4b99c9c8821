"""What a text would do before it is published: read from all that is on file, written nowhere."""
