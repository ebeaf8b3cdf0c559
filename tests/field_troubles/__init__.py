"""Troubles that people met in other programs' trackers, built into small files, each by name: troubles.yml says what comes out."""
