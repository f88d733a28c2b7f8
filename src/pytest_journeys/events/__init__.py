"""What happened: frozen facts, their line codec, state as their fold."""
