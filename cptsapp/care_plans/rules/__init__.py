"""Pure rules of the plans: states, days of the reviews, who is owed which fee."""
