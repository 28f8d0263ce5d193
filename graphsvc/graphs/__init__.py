"""Views: graphs drawn from a release, and the files that graph tools read."""
