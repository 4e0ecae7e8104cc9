"""Reading any table file an office sends: workbooks, text tables, web tables, address cards."""
