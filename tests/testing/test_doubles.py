"""The doubles keep the contracts of the ports."""

import pytest

from pytest_journeys.events.model import JournalStopped
from pytest_journeys.testing.clock import CountedEntropy, ManualClock
from pytest_journeys.testing.journal import CrashAt, MemoryBodies, MemoryJournal
from pytest_journeys.testing.quiet import MemorySources, NeverStop
from pytest_journeys.testing.transport import FakeTransport, answer
from pytest_journeys.values.duration import Duration
from pytest_journeys.values.errors import SetupError
from pytest_journeys.values.http import HttpRequest, HttpResponse, TransportFailure

STOPPED = JournalStopped(reason="r", at=1.0)


class DeadError(Exception):
    """The process would be gone."""


def _die() -> None:
    raise DeadError


def test_a_memory_journal_reads_back_what_was_appended() -> None:
    """Lines are encoded, chained and decoded; the place names the last one."""
    journal = MemoryJournal()
    journal.append([STOPPED])
    first = journal.place
    journal.append([STOPPED, STOPPED])
    assert journal.events() == [STOPPED] * 3
    assert (first.offset, journal.place.offset) == (0, len(journal.lines[0]))
    assert first.line.encode() in journal.lines[1]


@pytest.mark.parametrize(("after", "kept"), [(False, 1), (True, 2)])
def test_a_crash_comes_at_its_append_and_lasts(after: bool, kept: int) -> None:
    """Before or after the line is kept; nothing is appended once it came."""
    inner = MemoryJournal()
    journal = CrashAt(inner, 2, _die, after=after)
    journal.append([STOPPED])
    for _ in range(2):
        with pytest.raises(DeadError):
            journal.append([STOPPED])
    assert len(inner.lines) == kept
    assert journal.is_dead
    assert journal.place == inner.place


def test_a_fake_transport_sends_nothing_without_time_or_when_closed() -> None:
    """What it was given is in `sent`; what could not leave is a failure that says so."""
    transport = FakeTransport(lambda sent: answer(201, "{}", location="/x"))
    request = HttpRequest(method="GET", url="http://x")
    found = transport.send(request, timeout=Duration(10))
    assert isinstance(found, HttpResponse)
    assert (found.status, found.header("Location"), transport.sent) == (201, "/x", [request])
    late = transport.send(request, timeout=Duration(0))
    transport.close()
    closed = transport.send(request, timeout=Duration(10))
    for failure in (late, closed):
        assert isinstance(failure, TransportFailure)
        assert not failure.may_have_left
    assert len(transport.sent) == 1


def test_a_manual_clock_goes_on_when_it_is_told_to() -> None:
    """Sleep passes time at once; a jump moves the wall clock only."""
    clock = ManualClock(100.0)
    clock.sleep(2.0)
    clock.jump(50.0)
    assert (clock.now(), clock.monotonic(), clock.slept) == (152.0, 2.0, [2.0])


def test_small_doubles() -> None:
    """Chance counts up, bodies go by digest, files are given, nobody stops."""
    entropy, bodies, stop = CountedEntropy(), MemoryBodies(), NeverStop()
    assert (entropy.draw(2), entropy.draw(2)) == (b"\0\1", b"\0\2")
    assert bodies.kept[bodies.keep(b"x")] == b"x"
    assert MemorySources({"a": b"1"}).read("a") == b"1"
    with pytest.raises(SetupError):
        MemorySources().read("a")
    assert stop.reason() is None
