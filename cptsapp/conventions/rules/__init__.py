"""Pure rules of the conventions: states, texts and their checksum, terms and notice."""
