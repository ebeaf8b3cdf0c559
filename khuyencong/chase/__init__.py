"""Letters about reports that are owed, as often as the policy allows."""
