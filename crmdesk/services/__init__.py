"""What a user can do and what a user can ask, without Qt and without HTTP."""
