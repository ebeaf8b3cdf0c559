"""What stands, what is held and what is judged again, step by step as the files arrived."""
