"""Reading what one owes, from every source, and what one is owed."""
