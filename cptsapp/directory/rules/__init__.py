"""Pure rules of the directory, a module a subject."""
