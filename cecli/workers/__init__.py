"""Many processes, on one machine or on many: shards handed out to them, and what they add up merged."""
