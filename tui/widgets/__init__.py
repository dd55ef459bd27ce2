"""The parts of the screen: state comes down to them, messages go up."""
