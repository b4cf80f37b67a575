"""What is done to requests. Each flushes, writes a step and the trail, and never commits."""
