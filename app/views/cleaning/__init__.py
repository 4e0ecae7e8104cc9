"""The page where customer data is kept clean: one folder a task (health, workbench, duplicates, migration)."""
