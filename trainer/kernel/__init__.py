"""What every capability stands on: time, storage, refusals, events and the ledger. Not a place for rules of the field."""
