"""What an office keeps beside its records, one subject a file: who works here, its own fields, views, presets, recipes,
rules, migrations. Functions on a connection; what they return are plain values, never entities."""
