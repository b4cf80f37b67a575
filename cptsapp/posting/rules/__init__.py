"""Pure rules of posting: what may be posted, what is proposed, what repeats, what an absence takes away."""
