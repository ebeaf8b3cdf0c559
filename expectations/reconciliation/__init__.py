"""The reconciliation engine: which figures are probably wrong and what was probably meant, from rules and intervals alone."""
