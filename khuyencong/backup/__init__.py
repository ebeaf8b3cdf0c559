"""Backups of a warehouse with its files, and their restore."""
