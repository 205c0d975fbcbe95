"""The HTTP routes: thin, each hands plain data to a service and maps its errors to a `Problem`."""
