"""Colours, fonts, icons and the stylesheet of the window: Fusion with our own tokens, light and dark."""
