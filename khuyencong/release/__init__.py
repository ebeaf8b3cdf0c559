"""A numbered release as opened and closed rows with reasons, and the control totals without which none is opened."""
