"""What the first journey of a session brings: not more than it needs, and pytest as it was."""

import json
from typing import Any

import pytest

from face.project import Project

WATCH = """
import gc, json, pathlib, sys
import pytest

pytest.register_assert_rewrite("pytest_journeys")
modules = set(sys.modules)
before = [getattr(finder, "__name__", type(finder).__name__) for finder in sys.meta_path]

def pytest_sessionfinish():
    after = [getattr(finder, "__name__", type(finder).__name__) for finder in sys.meta_path]
    pathlib.Path("left.json").write_text(json.dumps({
        "modules": sorted(set(sys.modules) - modules),
        "finders": [before, after],
        "collects": gc.isenabled(),
        "loader": type(sys.modules["pytest_journeys.plugin.collection"].__loader__).__name__,
    }))
"""
LATER = {"yaml", "pydantic", "pydantic_core", "jsonpath_ng", "httpx", "httpcore", "ssl", "http.cookiejar"}


@pytest.fixture
def left(project: Project) -> Any:
    """What a second session of the same journey, a process of its own, had imported in the end."""
    project.journey()
    quietly = ("-q", "-p", "no:anyio", "-p", "no:hypothesispytest")
    assert project.run_apart(*quietly).code == 0
    project.write(conftest_py=WATCH)
    assert project.run_apart(*quietly).code == 0
    return json.loads((project.folder / "left.json").read_text())


def test_an_unchanged_journey_brings_only_what_it_needs(left: Any) -> None:
    """Over http: no parser, no model, no client library, no TLS, no cookie jar."""
    assert "pytest_journeys.adapters.transport" in left["modules"]
    brought = LATER.intersection(left["modules"])
    if "asyncio" in left["modules"]:  # older releases of filelock import it
        brought.discard("ssl")
    assert sorted(brought) == []


def test_pytest_is_left_as_it_was(left: Any) -> None:
    """Our modules are not looked at for assertions to rewrite; finders and garbage collector are as before."""
    before, after = left["finders"]
    assert before == after
    assert left["collects"] is True
    assert left["loader"] == "SourceFileLoader"
