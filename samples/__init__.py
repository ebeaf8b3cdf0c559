"""The sample nation: real workbooks and treasury extracts of an invented country, with the truth beside them."""
