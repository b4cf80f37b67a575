"""What one owes and is owed: « Mes engagements », the commitments of every source and the sums of the ledger."""
