"""SHACL: shapes, what they read of a graph, and validation part by part."""
