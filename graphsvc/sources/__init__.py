"""The documents that a graph rests on: where passages stand, what is covered, what is copied."""
