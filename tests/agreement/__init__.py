"""How well two people who code the same passages agree, with each other and with the graph."""
