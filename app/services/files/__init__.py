"""Files on records of any kind: in, out, seen, found."""
