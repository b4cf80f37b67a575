"""What one does with slots: publish, change, withdraw, be absent, and say whether one takes patients en sus."""
