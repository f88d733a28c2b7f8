"""Journey to artifact: scopes, references, lowering, lint."""
