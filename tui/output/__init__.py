"""What reaches the terminal: only cells that differ from what it shows, with the fewest escape codes."""
