"""What people write, read: text, quantities, periods, and the interval that a rounded number stands for."""
