"""From files to a release."""
