"""The laptop's side of the sync: a pure core, the transport, the engine that drives both, and the signed-in session."""
