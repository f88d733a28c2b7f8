"""The one place that knows pytest's private side: fixtures for an item that is no Python function, JUnit's testcases.

The fixtures are the way of pytest's own DoctestItem, the same on pytest 8.4 to 9.2. Imported when a journey item is set up.
"""

from functools import cached_property
from typing import Any, cast

import pytest
from _pytest.fixtures import TopRequest


class Fixtures:
    """The fixtures of one item: asked for by name, or all that apply to it. Which those are is found when one is needed."""

    def __init__(self, item: pytest.Item, names: tuple[str, ...]) -> None:
        self._manager = cast("Any", item.session)._fixturemanager
        self._item = item
        self._names = names
        target = cast("Any", item)
        target.obj = None
        target.funcargs = {}

    @cached_property
    def _request(self) -> TopRequest:
        target = cast("Any", self._item)
        info = self._manager.getfixtureinfo(node=self._item, func=None, cls=None)
        target._fixtureinfo = info
        target.fixturenames = list(dict.fromkeys([*info.names_closure, *self._names]))
        target._request = TopRequest(target, _ispytest=True)
        return cast("TopRequest", target._request)

    def value(self, name: str) -> object:
        """The value of a fixture, set up now if it was not. Raises what the fixture raises."""
        return self._request.getfixturevalue(name)

    def knows(self, name: str) -> bool:
        """Whether the item can see a fixture of this name."""
        return bool(self._manager.getfixturedefs(name, self._item))

    def instead_of(self, name: str) -> str:
        """What pytest names as available in the place of a fixture that is not there: ``capsys, tmp_path``."""
        try:
            self.value(name)
        except pytest.FixtureLookupError as error:
            _, _, told = str(error.formatrepr().errorstring).partition("available fixtures: ")
            return told.partition("\n")[0]
        return ""

    def fill(self) -> None:
        """Set up every fixture that applies: autouse, ``usefixtures``, and those named."""
        self._request._fillfixtures()


def forget_testcase(config: pytest.Config, report: Any) -> None:
    """Take back the testcase that JUnit has begun for what a lost worker did: it has no end, and would have no name."""
    from _pytest.junitxml import xml_key

    xml = cast("Any", config.stash.get(xml_key, None))
    if xml is None:
        return
    for name in (report.nodeid, getattr(report, "id", None)):  # pytest 9.2 knows it by a structured id
        begun = xml.node_reporters.pop((name, report.node), None)
        if begun is not None:
            xml.node_reporters_ordered.remove(begun)
