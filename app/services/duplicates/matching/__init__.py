"""The matching model: pure functions on numpy columns. features → blocking → levels → weights → groups."""
