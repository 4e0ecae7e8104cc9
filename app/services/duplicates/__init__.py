"""Finding records that are one thing written twice, deciding about them, remembering the decisions."""
