"""Workbooks, delimited text, old binary files and running text as sheets of cells, or as mentions."""
