"""What a figure is judged by: the door, the rules and the engine that reconciles."""
