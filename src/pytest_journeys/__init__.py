"""pytest-journeys: multi-step HTTP scenarios that resume where they stopped and keep evidence.

Importing this package imports nothing else: whoever has the plugin installed but no journeys pays for an empty module.
"""

__version__ = "0.1.0"
