"""The clean-up workbench on the screen: table, facets, profile, history, transformations, clusters."""
