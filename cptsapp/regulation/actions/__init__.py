"""What the desk writes besides bookings: orientations, broadcasts, practice mode."""
