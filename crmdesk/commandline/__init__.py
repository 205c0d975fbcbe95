"""The command line: the same services as the windows, for support, scripts and tests."""
