"""The page every kind of record has: tabs of views, filters, table, bulk bar, pane, form. Driven by the field registry."""
