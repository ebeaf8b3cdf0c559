"""From the bytes that a province sends to rows of schema raw, each cell with its address."""
