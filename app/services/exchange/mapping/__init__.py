"""Which column of a file is what: by remembered mappings, by headers, by what the cells hold; the plan a person decides."""
