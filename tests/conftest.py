"""Journeys below this folder are material of tests: each is run by the test that owns it, never collected from here."""

pytest_plugins = ["pytester"]

collect_ignore_glob = ["*.journey.yaml", "*.journey.yml"]
