"""The messages between laptop and server, their encoding and versions."""
