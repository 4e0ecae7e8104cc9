"""迁移: bringing other systems over, in the window."""
