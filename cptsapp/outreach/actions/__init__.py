"""What people do with calls: prepare a campaign, be handed someone, note how it ended."""
