"""Reading the directory, a module a subject."""
