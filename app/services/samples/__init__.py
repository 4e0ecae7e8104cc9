"""Made-up data to try the program with: always the same for a seed, no real person or company in it."""
