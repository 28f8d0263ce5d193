"""Measurements of the service and its peers; see README.md."""
