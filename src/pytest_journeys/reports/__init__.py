"""Evidence and diagnostics to text."""
