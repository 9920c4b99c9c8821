"""Files and foreign formats: each module reads bytes and gives values, or the reverse."""
