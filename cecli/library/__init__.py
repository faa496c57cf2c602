"""The core for those who import it: input checked once at the door, then the functions that the commands use too."""
