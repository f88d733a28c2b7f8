"""v1, v2, ...: numbered at first sight, chained, told apart in one sentence."""

from pathlib import Path

import pytest

from pytest_journeys.store.artifacts import put_artifact
from pytest_journeys.store.versions import find_by_reference, find_version, number_version, versions_of
from pytest_journeys.values.canonical import canonical_bytes
from pytest_journeys.values.errors import StoreCorruptError, UsageError
from pytest_journeys.values.json import JsonValue
from store.acting import NOW, store_at


def test_a_version_says_why_it_differs(tmp_path: Path) -> None:
    """Steps added, removed, changed, moved; other members by name; an artifact that came back keeps its number."""
    store = store_at(tmp_path)
    store.create()

    def number(steps: list[JsonValue], **members: JsonValue) -> tuple[str, str]:
        artifact = put_artifact(store, canonical_bytes({"journey": "shop", "steps": steps, **members}))
        version = number_version(store, "shop", artifact, NOW)
        return str(version), version.why

    one: JsonValue = {"path": "one"}
    two: JsonValue = {"path": "two", "when": "x"}
    assert number([one]) == ("v1", "first seen")
    assert number([one, two]) == ("v2", "step two added")
    assert number([two, one]) == ("v3", "steps in another order")
    assert number([{"path": "two"}, one], secrets=["a"]) == ("v4", "step two changed; secrets changed")
    assert number([one]) == ("v1", "first seen")
    many: list[JsonValue] = [{"path": f"s{at}"} for at in range(5)]
    assert number(many, secrets=["a"]) == ("v5", "steps s0, s1, s2 and 2 more added; steps two, one removed")
    digest = versions_of(store, "shop")[1].artifact
    assert find_by_reference(store, "shop@v2") == digest
    found = find_version(store, "shop", digest)
    assert found is not None
    assert found.number == 2
    for wrong in ("shop@v6", "shop@v0", "other@v1", "shop"):
        with pytest.raises(UsageError):
            find_by_reference(store, wrong)


def test_a_changed_or_removed_line_is_refused(tmp_path: Path) -> None:
    """The lines are chained: each names the one before it."""
    store = store_at(tmp_path)
    store.create()
    for at in range(3):
        number_version(store, "shop", f"{at}" * 64, NOW)
    path = store.versions_of("shop")
    lines = path.read_bytes().splitlines(keepends=True)
    for damaged in (
        lines[1:],
        [lines[0], lines[2]],
        [lines[0].replace(b"0", b"9"), *lines[1:]],
        [*lines[:2], lines[2][:-1]],
    ):
        path.write_bytes(b"".join(damaged))
        with pytest.raises(StoreCorruptError):
            versions_of(store, "shop")
    path.write_bytes(b"".join(lines))
    assert [str(version) for version in versions_of(store, "shop")] == ["v1", "v2", "v3"]


def test_a_journey_of_any_name_has_a_file_of_its_own(tmp_path: Path) -> None:
    """A name is no path."""
    store = store_at(tmp_path)
    store.create()
    number_version(store, "../a/b", "1" * 64, NOW)
    assert [path.name for path in (store.path / "versions").iterdir()] == ["..%2Fa%2Fb.jsonl"]
