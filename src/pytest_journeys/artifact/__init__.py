"""The build-artifact format: frozen model, codec, digest."""
