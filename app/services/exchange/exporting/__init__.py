"""Records as files: workbooks, text, JSON, address cards; templates to fill in."""
