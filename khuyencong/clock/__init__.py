"""The moment of a question or a night; the home of a sample has a clock of its own."""
