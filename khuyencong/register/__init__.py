"""Rows of the register from one sentence: a unit that is added, closed or merged, in every file that speaks of it, or in none."""
