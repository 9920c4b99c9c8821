"""Who someone is, where, and what they may do: people, organisations, missions, units, postings, offices."""
