"""The central server: routes, services and store; SQLite by default, PostgreSQL by one setting."""
