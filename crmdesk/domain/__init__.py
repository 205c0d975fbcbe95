"""The records, the rules and the workflow: no Qt, no SQL, no HTTP."""
