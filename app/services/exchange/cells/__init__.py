"""Values and the cells of a file: how a cell is understood, how a value is written so that it is understood again."""
