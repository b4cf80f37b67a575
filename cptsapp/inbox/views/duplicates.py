"""Same person or not, merging two requests and undoing it."""
