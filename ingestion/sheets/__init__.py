"""From sheets to submissions: the header cells, the table, its lines, their keys and cells."""
