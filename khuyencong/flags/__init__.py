"""One flag a cause, in words, in the order of what it may cost the nation."""
