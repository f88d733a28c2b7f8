"""Durable files: layout, journal, sessions, artifacts, versions, locks, checker."""
