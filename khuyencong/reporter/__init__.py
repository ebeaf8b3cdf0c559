"""What a province asks of its own file: what is read in it, and what becomes of it when it is handed in."""
