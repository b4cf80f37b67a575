"""Pure rules of the requests: states, deadlines, priority, ages, words."""
