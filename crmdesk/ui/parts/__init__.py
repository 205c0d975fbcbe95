"""The parts of which pages are made, each built once and painted from the theme's tokens."""
