"""Writing the directory, a module a subject. Each change is in the trail."""
