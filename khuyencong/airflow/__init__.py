"""Airflow on this machine: its home, its processes, and the task in which reviewers answer."""
