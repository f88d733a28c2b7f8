"""The functions whose results are chance or the clock: how they are drawn. Who records them is not known here."""

import datetime
from collections.abc import Callable
from typing import Final, TypeAlias, cast

from pytest_journeys.expressions.faults import EvaluationError
from pytest_journeys.values.duration import Duration
from pytest_journeys.values.json import JsonValue

RandomBytes: TypeAlias = Callable[[int], bytes]
"""Gives so many random bytes."""

MAX_RANDOM_TEXT: Final = 100_000
_ALPHABET: Final = "abcdefghijklmnopqrstuvwxyz0123456789"
_EPOCH: Final = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


def draw(function: str, arguments: tuple[JsonValue, ...], entropy: RandomBytes, clock_now: float) -> JsonValue:
    """The value of ``uuid now today timestamp random_int random_string``.

    `arguments` are all parameters in their order, null where one was not given, as `Scope.generate` receives them.
    `clock_now` is seconds since 1970 in UTC. Raises `EvaluationError`.
    """
    match function:
        case "uuid":
            return _uuid(entropy(16))
        case "now":
            return _now(clock_now, *cast("tuple[str | None, str | None]", arguments))
        case "today":
            return _moment(clock_now).date().isoformat()
        case "timestamp":
            return int(clock_now)
        case "random_int":
            return _random_int(entropy, *cast("tuple[int, int]", arguments))
        case "random_string":
            return _random_string(entropy, *cast("tuple[int]", arguments))
        case _:
            raise EvaluationError(f"{function} is not drawn")


def parse_shift(text: str) -> int:
    """Milliseconds of a duration with an optional sign: ``-1h30m``. Raises `ValueError` with a sentence."""
    unsigned = text[1:] if text[:1] in ("-", "+") else text
    milliseconds = Duration.parse(unsigned).milliseconds
    return -milliseconds if text.startswith("-") else milliseconds


def _moment(seconds: float) -> datetime.datetime:
    return _EPOCH + datetime.timedelta(milliseconds=round(seconds * 1000))


def _uuid(data: bytes) -> str:
    """RFC 9562, version 4; the module uuid would cost two milliseconds at every start."""
    digits = bytes([*data[:6], data[6] & 0x0F | 0x40, data[7], data[8] & 0x3F | 0x80, *data[9:]]).hex()
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def _now(clock_now: float, shift: str | None, pattern: str | None) -> str:
    try:
        moment = _moment(clock_now)
        if shift is not None:
            moment += datetime.timedelta(milliseconds=parse_shift(shift))
        if pattern is not None:
            return moment.strftime(pattern)
    except OverflowError:
        raise EvaluationError("now() is shifted outside the years 1 to 9999") from None
    except ValueError as error:
        raise EvaluationError(f"now(): {error}") from None
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _random_int(entropy: RandomBytes, least: int, most: int) -> int:
    if least > most:
        raise EvaluationError("random_int(a, b): a is greater than b")
    span = most - least + 1
    # 8 bytes more than the span needs: the modulo's bias is below 2**-64
    return least + int.from_bytes(entropy((span.bit_length() + 7) // 8 + 8)) % span


def _random_string(entropy: RandomBytes, length: int) -> str:
    if not 0 <= length <= MAX_RANDOM_TEXT:
        raise EvaluationError(f"random_string(n): n is between 0 and {MAX_RANDOM_TEXT}")
    whole = int.from_bytes(entropy(length + 16)) if length < 64 else None
    if whole is None:
        return "".join(_random_string(entropy, min(63, length - start)) for start in range(0, length, 63))
    letters: list[str] = []
    for _ in range(length):
        whole, letter = divmod(whole, len(_ALPHABET))
        letters.append(_ALPHABET[letter])
    return "".join(letters)
