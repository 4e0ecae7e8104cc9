"""How good the data is: five dimensions per entity and field, standing rules, findings, the data dictionary."""
