"""Plain values and pure helpers; standard library only."""
