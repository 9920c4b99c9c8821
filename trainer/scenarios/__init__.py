"""What would follow if several things happened together: named, saved, worked out on all that is on file, compared, and rerun."""
