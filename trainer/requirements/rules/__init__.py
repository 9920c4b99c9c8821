"""The judgements of the matrix: which rules stand in which cell, what a change does, and whom training reaches. Pure."""
