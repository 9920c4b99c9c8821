"""Reading the ledger as evidence, sealing it, and erasing personal text from it. Reacting to entries is not done here."""
