"""The field day: a rep's day through the real windows, the real store and a real server, by key strokes and clicks."""
