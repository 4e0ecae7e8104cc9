"""The clean-up workbench: tables of text columns, facets, clusters, steps and recipes (pure: no files, no archive), and on
top of them what loads, saves and writes back (`service.py`, `files.py`), recipes by name, and recipes before an import."""
