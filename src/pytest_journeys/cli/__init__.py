"""The command-line face: ``journeys``. It asks `app` and shows; nothing heavy is imported for ``--help``."""

from pytest_journeys.cli.command import main

__all__ = ["main"]
