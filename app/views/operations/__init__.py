"""Background work: the only way from the window to anything that may take longer than a frame."""
