"""Building blocks of every page. They get what they need by constructor and tell the outside by signals."""
