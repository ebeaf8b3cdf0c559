"""Bytes from the sources into landing, a receipt for each arrival."""
