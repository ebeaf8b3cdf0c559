"""A night: its stations, their turns and records. `nightly` is what `kc nightly` and the DAGs call."""
