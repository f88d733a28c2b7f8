import datetime
import enum
import pathlib

import pytest

from pytest_journeys.artifact.model import Artifact
from pytest_journeys.bindings.fingerprint import differences, fingerprint
from pytest_journeys.bindings.given import Given, given_to
from pytest_journeys.bindings.inputs import BoundInputs
from pytest_journeys.bindings.row import Row
from pytest_journeys.values.canonical import canonical_bytes
from pytest_journeys.values.errors import SetupError
from pytest_journeys.values.json import parse_json
from pytest_journeys.values.secret import Secret

NOTHING = BoundInputs(values={}, secrets={}, origins={})


class Color(enum.StrEnum):
    RED = "red"


def with_fixture(value: object) -> Given:
    """What a run is given that refers to one fixture value."""
    artifact = Artifact(journey="j", fixtures=("shop",), fixture_values=("shop",))
    return given_to(artifact, inputs=NOTHING, fixtures={"shop": value, "other": object()})


def everything(**changed: object) -> Given:
    """A run that is given something from every source."""
    parts: dict[str, object] = {
        "inputs": {"user": "ada", "quantity": 1},
        "row": {"user": "ada", "note": "x"},
        "environment": {"shop_url": "http://one", "shop": {"port": 80, "key": "k"}},
        "fixtures": {"live": ["a"]},
        "subject": "01ab+4567",
        "secret_inputs": {"password": Secret("password", "hunter22")},
    }
    return Given(**{**parts, **changed})  # type: ignore[arg-type]


class TestFixtureValues:
    def test_they_become_plain_json(self) -> None:
        """Tuples are lists, paths and text enums texts; only what the artifact refers to is asked for."""
        given = with_fixture({"a": (1, 2.5, None, True), "path": pathlib.PurePosixPath("/x"), "color": Color.RED})
        assert given.fixtures == {"shop": {"a": [1, 2.5, None, True], "path": "/x", "color": "red"}}
        assert type(given.fixtures["shop"]["color"]) is str  # type: ignore[call-overload, index]

    @pytest.mark.parametrize(
        ("value", "expected"),
        [
            (datetime.date(2024, 1, 2), "the fixture shop returned a datetime.date, which is no JSON value"),
            ({"a": [b"x"]}, "the fixture shop returned at a[0] a bytes, which is no JSON value"),
            ({1: "x"}, "the fixture shop returned a mapping with the key 1, which is no text"),
            ([float("nan")], "the fixture shop returned at [0] nan, which is no JSON number"),
        ],
    )
    def test_what_is_no_json_is_refused(self, value: object, expected: str) -> None:
        """With the place inside the value and its type."""
        with pytest.raises(SetupError) as caught:
            with_fixture(value)
        assert str(caught.value).splitlines()[0] == expected

    def test_a_value_that_holds_itself_is_refused(self) -> None:
        """No endless loop."""
        endless: list[object] = []
        endless.append(endless)
        with pytest.raises(SetupError, match=r"nested too deep, or holds itself$"):
            with_fixture(endless)

    def test_a_missing_fixture_value(self) -> None:
        """The artifact refers to it, nobody set it up."""
        with pytest.raises(SetupError, match=r"^fixtures\.shop has no value"):
            given_to(Artifact(journey="j", fixture_values=("shop",)), inputs=NOTHING)


class TestRecorded:
    def test_secrets_are_never_recorded(self) -> None:
        """Neither in the record, nor in the digest, nor in what prints."""
        given = everything()
        assert "hunter22" not in repr(given)
        assert b"hunter22" not in canonical_bytes(given.recorded())
        other = everything(secret_inputs={"password": Secret("password", "another1")})
        assert fingerprint("a" * 64, given) == fingerprint("a" * 64, other)

    def test_the_record_is_read_back(self) -> None:
        """A later session cleans up with the run's own values."""
        given = everything()
        record = parse_json(canonical_bytes(given.recorded()))
        again = Given.from_recorded(record)  # type: ignore[arg-type]
        assert again == everything(secret_inputs={})
        assert fingerprint("a", again) == fingerprint("a", given)

    def test_a_run_is_given_its_row(self) -> None:
        """Row and inputs side by side."""
        row = Row(values={"note": "x"}, id="x", key="x", repeat=0, line=2)
        bound = BoundInputs(values={"sku": "A"}, secrets={}, origins={})
        given = given_to(Artifact(journey="j"), inputs=bound, row=row, environment={"a": 1}, subject="abc")
        assert given.recorded() == {
            "inputs": {"sku": "A"},
            "row": {"note": "x"},
            "env": {"a": 1},
            "fixtures": {},
            "subject": "abc",
        }


class TestFingerprint:
    def test_order_is_no_difference(self) -> None:
        """Equal values give equal digests, however their names are ordered; another artifact another digest."""
        other = everything(inputs={"quantity": 1, "user": "ada"})
        assert fingerprint("a", everything()) == fingerprint("a", other)
        assert fingerprint("a", everything()) != fingerprint("b", everything())

    @pytest.mark.parametrize(
        ("changed", "expected"),
        [
            ({}, ()),
            (
                {"environment": {"shop_url": "http://two", "shop": {"port": 81, "key": "k"}}},
                (
                    "environment value shop.port changed: 80 -> 81",
                    "environment value shop_url changed: http://one -> http://two",
                ),
            ),
            (
                {"inputs": {"user": "bob", "quantity": "1"}, "row": {"user": "bob", "note": "y"}},
                (
                    "input quantity changed: 1 -> '1'",
                    "input user changed: ada -> bob",
                    "row value note changed: x -> y",
                ),
            ),
            (
                {"inputs": {"user": "ada", "color": None}},
                ("input color is new: null", "input quantity is gone: it was 1"),
            ),
            ({"fixtures": {"live": ["b"]}}, ('fixture value live changed: ["a"] -> ["b"]',)),
            ({"inputs": {"user": "ada", "quantity": 1.0}}, ("input quantity changed: 1 -> 1.0",)),
            ({"subject": "89ab"}, ("subject changed: 01ab+4567 -> 89ab",)),
            ({"subject": ""}, ("subject is gone: it was 01ab+4567",)),
        ],
    )
    def test_each_difference_is_a_sentence(self, changed: dict[str, object], expected: tuple[str, ...]) -> None:
        """What differs in the digest is told, and nothing else."""
        before, after = everything(), everything(**changed)
        assert differences(before.recorded(), after) == expected
        assert (fingerprint("a", before) == fingerprint("a", after)) == (not expected)
