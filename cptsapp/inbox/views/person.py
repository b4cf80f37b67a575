"""The person's own page, by private link then birth date."""
