"""Pure calculations on numpy columns: no database, no clock, no language. Imported only while a report is computed."""
