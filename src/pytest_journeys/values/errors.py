"""The exceptions: for what the caller cannot go on from.

    JourneysError
        UsageError            an option, a name or a path that a person gave does not fit          exit 4
        DefinitionError       a journey that cannot be compiled; carries every diagnostic of the file
        ArtifactError         bytes that are no artifact of ours, are newer, or do not match their digest
        SetupError            what a run is given does not fit: a missing secret, a missing environment value, a bad row
        StoreError            the store cannot be used; file, reason, what to do
            StoreCorruptError     a record that was durable is damaged: file and byte; nothing is guessed
            StoreTooNewError      written by a newer pytest-journeys
            StoreBusyError        another living session holds what is needed
            JournalFailedError    a write or a sync failed: this journal has ended

A failed assertion, a transport error or a missing derived value is not an exception: it is an outcome.
`Interrupted` is a control-flow signal, not an error, so that ``except Exception`` cannot swallow it.
"""

from pytest_journeys.values.diagnostic import Diagnostic


class JourneysError(Exception):
    """The root. `help` says what a person can do; empty when nothing is known."""

    help: str = ""

    def __init__(self, message: str, *, help: str = "") -> None:
        super().__init__(message)
        self.help = help

    def __str__(self) -> str:
        message = super().__str__()
        return f"{message}\n  = help: {self.help}" if self.help else message


class UsageError(JourneysError):
    """An option, a name or a path that a person gave does not fit."""


class DefinitionError(JourneysError):
    """A journey that cannot be compiled."""

    def __init__(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        self.diagnostics = diagnostics
        super().__init__("\n".join(f"{found.code} {found.title}" for found in diagnostics))


class ArtifactError(JourneysError):
    """Bytes that are no artifact of ours, are newer than we are, or do not match their digest."""


class SetupError(JourneysError):
    """What a run is given does not fit: nothing was sent.

    `place` is what needs it, as a key of the source map (``secrets/NAME``, ``env/NAME``); empty when nothing is known.
    """

    def __init__(self, message: str, *, help: str = "", place: str = "") -> None:
        super().__init__(message, help=help)
        self.place = place

    def at(self, place: str) -> "SetupError":
        """The same error, said of a place unless it has one."""
        self.place = self.place or place
        return self


class StoreError(JourneysError):
    """The store cannot be used."""


class StoreCorruptError(StoreError):
    """A record that was durable is damaged."""

    def __init__(self, file: str, byte: int, reason: str, *, help: str = "") -> None:
        self.file = file
        self.byte = byte
        super().__init__(f"{file}: byte {byte}: {reason}", help=help)


class StoreTooNewError(StoreError):
    """Written by a newer pytest-journeys."""


class StoreBusyError(StoreError):
    """Another living session holds what is needed."""


class JournalFailedError(StoreError):
    """A write or a sync failed; nothing more is appended to this journal, no sync is retried."""


class Interrupted(BaseException):
    """The session stops at this step boundary; the run stays open and is resumed by the next one."""
