"""Files from offices, read (and written whole, `whole.py`): workbooks, text and web tables, address cards. Knows no archive."""
