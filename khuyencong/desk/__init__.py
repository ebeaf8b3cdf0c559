"""What the national desk is told: the state of the warehouse, what every rule says, alerts about nights."""
