"""Questions in plain words: what they mention, which named question they ask, with which values."""
