"""Returns of ten shapes that no form here has, drawn without a look at what reads them, with every figure written by hand."""
