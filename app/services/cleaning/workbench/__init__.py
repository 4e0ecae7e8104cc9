"""The clean-up workbench: tables of text columns, facets, clusters, steps and recipes. Pure: no files, no archive."""
