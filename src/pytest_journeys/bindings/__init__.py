"""What a run is given: rows, presets, environments, inputs, run key, fingerprint."""
