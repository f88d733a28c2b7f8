"""pytest-journeys: multi-step HTTP scenarios that resume where they stopped and keep evidence.

Importing this package imports nothing else: whoever has the plugin installed but no journeys pays for an empty module.
What stands in ``__all__`` is brought in when it is asked for.
"""

TYPE_CHECKING = False  # the constant that type checkers know, without the module that it is from
if TYPE_CHECKING:
    from pytest_journeys.calls import CallContext

__all__ = ["CallContext"]
__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    if name == "CallContext":
        from pytest_journeys.calls import CallContext

        return CallContext
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
