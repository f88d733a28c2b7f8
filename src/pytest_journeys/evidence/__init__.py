"""What a run amounts to: the versioned document and its queries."""
