"""Reading a release: roll-up, explanation down to the cell, bridge and difference. Nothing is written."""
