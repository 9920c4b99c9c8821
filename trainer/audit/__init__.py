"""Reading the ledger as evidence, and sealing it."""
