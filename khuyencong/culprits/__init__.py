"""Which figure is probably wrong: failed rules as problems for the engine, its answers as rows of schema checks."""
