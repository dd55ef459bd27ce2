"""What makes the parts of the README that are made, not written."""
