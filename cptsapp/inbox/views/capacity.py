"""Asking doctors whether they take patients, and their answers."""
