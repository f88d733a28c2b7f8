"""Artifact to events: prepare, decide, act, judge, redact."""
