"""数据治理: the page on which quality, workbench, duplicates and migration stand side by side, each a room of its own."""
