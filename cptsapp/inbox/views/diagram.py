"""The way of a request, drawn from the table of states."""
