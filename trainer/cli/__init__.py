"""The terminal's way in: parse, one call, print. One file per subject, each with a click group; no rule lives here."""
