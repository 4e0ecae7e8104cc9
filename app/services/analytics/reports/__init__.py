"""The reports, each a function from a run to a report, named by its entry in the catalogue."""
