"""A doctor answers a proposal, by private link or signed in."""
