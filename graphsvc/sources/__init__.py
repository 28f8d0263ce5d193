"""The documents that a graph rests on: where passages are, what is covered, what is copied."""
