"""Writing imports: beginning, reading, deciding, applying, abandoning."""
