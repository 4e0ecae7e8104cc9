"""Data health: figures per dimension and field, the review list, rules."""
