"""What changes an application, a membership, a text or a setting."""
