"""How ready a person, a unit or a mission is in a mandate area, now and on a date."""
