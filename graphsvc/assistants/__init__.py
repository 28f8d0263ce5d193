"""The tools of assistants over the Model Context Protocol: one model a tool, short results."""
