"""Pages that show one network from inside: its weights and units, what it answers, how far it can be believed."""
