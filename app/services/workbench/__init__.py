"""The clean-up workbench around files and the archive: loading, saving, writing back, recipes by name."""
