"""Forms of the directory, a module a subject."""
