"""Charts painted by ourselves: one `draw` for the screen, PNG, SVG and PDF. They are fed plain data and know no service."""
