"""Questions: one reviewed SPARQL file each, asked through one interface by people and programs."""
