"""Landed bytes into schema raw, each file in a process of its own limits."""
