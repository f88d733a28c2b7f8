"""session.json: who runs. Written once, before the session is published; holds no secret."""

import os
from dataclasses import field
from typing import Final

from pytest_journeys.store.layout import Store
from pytest_journeys.store.machine import host
from pytest_journeys.values.canonical import canonical_bytes, digest_of_bytes
from pytest_journeys.values.errors import StoreCorruptError, StoreTooNewError
from pytest_journeys.values.fact import fact
from pytest_journeys.values.json import JsonValue, parse_json
from pytest_journeys.values.record import from_json, to_json

NAME: Final = "session.json"
VERSION: Final = 1


@fact
class SessionFacts:
    """What the caller knows of its session.

    `versions` names ``plugin``, ``python``, ``pytest``; `arguments` what was selected, without secrets; `resume` is
    ``interrupted``, ``failed`` or ``never``; `durability` ``power`` or ``process``.
    """

    versions: dict[str, str] = field(default_factory=dict)
    environment: str = ""
    subject: str = ""
    arguments: tuple[str, ...] = ()
    resume: str = "interrupted"
    durability: str = "power"


@fact
class SessionHeader:
    """A session as its file tells it. `number` orders the sessions of a store; `started` is in epoch seconds."""

    session: str
    number: int
    facts: SessionFacts
    host: str
    boot_id: str
    pid: int
    selection_digest: str
    started: float
    version: int = VERSION


def new_header(
    store: Store, session: str, number: int, facts: SessionFacts, selection_digest: str, now: float
) -> SessionHeader:
    """The header of a session that this process publishes."""
    return SessionHeader(
        session=session,
        number=number,
        facts=facts,
        host=host(),
        boot_id=store.boot_id,
        pid=os.getpid(),
        selection_digest=selection_digest,
        started=now,
    )


def encode_header(header: SessionHeader) -> bytes:
    """The file's bytes."""
    return canonical_bytes({**to_json(header), "version": header.version}) + b"\n"


def read_header(store: Store, session: str) -> tuple[SessionHeader, str]:
    """A published session's header and the digest of its file. Raises `StoreCorruptError`, `StoreTooNewError`."""
    path = store.session(session) / NAME
    data = store.disk.read(path)
    if data is None:
        raise StoreCorruptError(str(path), 0, "the file is missing", help=SET_ASIDE)
    try:
        value = parse_json(data)
        refuse_newer(str(path), value)
        return from_json(SessionHeader, value), digest_of_bytes(data)
    except ValueError as error:
        raise StoreCorruptError(str(path), 0, f"not a session's header: {error}", help=SET_ASIDE) from None


SET_ASIDE: Final = (
    "see what is damaged with `journeys verify`; to go on without it, move that session's folder elsewhere"
)


def refuse_newer(file: str, value: JsonValue) -> None:
    """Raise `StoreTooNewError` for what a newer version wrote."""
    version = value.get("version") if isinstance(value, dict) else None
    if isinstance(version, int) and version > VERSION:
        raise StoreTooNewError(
            f"{file} has format version {version}, but this pytest-journeys reads version {VERSION}",
            help="upgrade pytest-journeys, or name another store with --journeys-store",
        )
