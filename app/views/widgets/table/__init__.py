"""The virtual table: an array of row handles, pages of rows in a small cache, everything loaded off the GUI thread."""
