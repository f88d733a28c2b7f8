"""The one module that touches the disk. Few verbs, so that a test can record, fail and cut them.

Knows files and folders and nothing of journeys. What cannot be done is a `StoreError` that names verb, file and reason;
that something is not there, or there already, is an answer.
"""

import errno
import hashlib
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, ParamSpec, TypeVar

from pytest_journeys.values.errors import StoreError

Given = ParamSpec("Given")
Answer = TypeVar("Answer")

_BLOCK: Final = 1 << 20
_HELP: Final = {
    errno.ENOSPC: "make room on that disk; what is recorded stays, and the next pytest goes on there",
    errno.EDQUOT: "make room within your quota; what is recorded stays, and the next pytest goes on there",
    errno.EROFS: "choose a folder that can be written with --journeys-store",
    errno.EACCES: "the store must belong to who runs pytest; choose another with --journeys-store",
    errno.EPERM: "the store must belong to who runs pytest; choose another with --journeys-store",
    errno.EIO: "the disk reports a fault; copy what you need and choose another with --journeys-store",
}


def _sync(descriptor: int) -> None:
    if sys.platform == "darwin":
        import fcntl

        fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)  # plain fsync leaves the data in the drive's cache there
    elif sys.platform == "win32":
        os.fsync(descriptor)
    else:
        os.fdatasync(descriptor)


class Appender:
    """A file that only grows. `write` and `sync` raise `OSError`: the journal says what that means."""

    __slots__ = ("_descriptor", "path")

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self._descriptor = descriptor

    def write(self, data: bytes) -> int:
        """Append with one system call; the number of bytes that were taken."""
        return os.write(self._descriptor, data)

    def sync(self) -> None:
        """Return when everything appended is on the disk."""
        _sync(self._descriptor)

    def close(self) -> None:
        """Let go of the file. May be called twice."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


class Disk:
    """The verbs. Files are made for their owner only (0600), folders too (0700)."""

    def attempt(
        self, verb: str, path: Path, act: Callable[Given, Answer], *args: Given.args, **kwargs: Given.kwargs
    ) -> Answer:
        """Every system call but an appender's passes here. Raises `StoreError`, or `FileNotFoundError`, `FileExistsError`."""
        try:
            return act(*args, **kwargs)
        except (FileNotFoundError, FileExistsError):
            raise
        except OSError as error:
            raise cannot(verb, path, error) from error

    def make_folder(self, path: Path) -> bool:
        """Make one folder; False when it is there already."""
        try:
            self.attempt("make the folder", path, os.mkdir, path, 0o700)
        except FileExistsError:
            return False
        except FileNotFoundError as error:
            raise cannot("make the folder", path, error) from error
        return True

    def append_to_new(self, path: Path) -> Appender:
        """Create a file to append to. One that exists already is a `StoreError`: it belongs to somebody else."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | getattr(os, "O_CLOEXEC", 0)
        try:
            descriptor = self.attempt("create", path, os.open, path, flags, 0o600)
        except (FileNotFoundError, FileExistsError) as error:
            raise cannot("create", path, error) from error
        return self.appender(path, descriptor)

    def appender(self, path: Path, descriptor: int) -> Appender:
        """The handle for a file that was created to append to."""
        return Appender(path, descriptor)

    def write(self, path: Path, data: bytes) -> None:
        """Create a file that holds `data`; not synced."""
        try:
            self.attempt("write", path, _write_new, path, data)
        except (FileNotFoundError, FileExistsError) as error:
            raise cannot("write", path, error) from error

    def sync(self, path: Path) -> None:
        """Return when the file's bytes are on the disk."""
        try:
            self.attempt("sync", path, _sync_path, path, os.O_RDWR)
        except FileNotFoundError as error:
            raise cannot("sync", path, error) from error

    def sync_folder(self, path: Path) -> None:
        """Return when the names in the folder are on the disk."""
        if sys.platform == "win32":
            return
        try:
            self.attempt("sync the folder", path, _sync_path, path, os.O_RDONLY)
        except FileNotFoundError as error:
            raise cannot("sync the folder", path, error) from error

    def rename(self, path: Path, to: Path) -> None:
        """Move within one file system; a file that is there is replaced, a folder that is not empty is a `StoreError`."""
        try:
            self.attempt("rename", path, os.replace, path, to)
        except (FileNotFoundError, FileExistsError) as error:
            raise cannot("rename", path, error) from error

    def link(self, path: Path, to: Path) -> bool:
        """Give the file a second name; False when that name is taken: the first wins."""
        try:
            self.attempt("link", path, os.link, path, to)
        except FileExistsError:
            return False
        except FileNotFoundError as error:
            raise cannot("link", path, error) from error
        return True

    def protect(self, path: Path) -> None:
        """Make a file read-only."""
        self.attempt("protect", path, os.chmod, path, 0o400)

    def remove(self, path: Path) -> None:
        """Remove a file, if it is there."""
        try:
            self.attempt("remove", path, os.unlink, path)
        except FileNotFoundError:
            return

    def remove_folder(self, path: Path) -> None:
        """Remove a folder with all that is in it, if it is there."""
        for name in self.names(path):
            inner = path / name
            if inner.is_dir() and not inner.is_symlink():
                self.remove_folder(inner)
            else:
                self.remove(inner)
        try:
            self.attempt("remove the folder", path, os.rmdir, path)
        except FileNotFoundError:
            return

    def read(self, path: Path) -> bytes | None:
        """The bytes of a file; None when there is none."""
        try:
            return self.attempt("read", path, path.read_bytes)
        except FileNotFoundError:
            return None

    def read_part(self, path: Path, start: int, end: int) -> bytes:
        """The bytes from `start` to before `end`, fewer at the end of the file."""
        try:
            return self.attempt("read", path, _read_part, path, start, end)
        except FileNotFoundError as error:
            raise cannot("read", path, error) from error

    def lines(self, path: Path) -> Iterator[bytes]:
        """The lines of a file, each with its newline; the last one may have none."""
        try:
            with self.attempt("read", path, open, path, "rb", _BLOCK) as file:
                yield from file
        except FileNotFoundError:
            return
        except OSError as error:
            raise cannot("read", path, error) from error

    def size(self, path: Path) -> int | None:
        """The length of a file in bytes; None when there is none."""
        try:
            return self.attempt("look at", path, os.stat, path).st_size
        except (FileNotFoundError, NotADirectoryError):
            return None

    def names(self, path: Path) -> list[str]:
        """The names in a folder, sorted; none when there is no such folder."""
        try:
            return sorted(self.attempt("list", path, os.listdir, path))
        except FileNotFoundError:
            return []

    def files_below(self, path: Path) -> list[str]:
        """The files in a folder and in the folders in it, by their path within it (``bodies/ab12``), sorted."""
        found = []
        for name in self.names(path):
            inner = path / name
            if inner.is_dir():
                found += [f"{name}/{below}" for below in self.files_below(inner)]
            else:
                found.append(name)
        return found

    def digest(self, path: Path) -> tuple[int, str]:
        """The length of a file and the SHA-256 of its bytes."""
        try:
            return self.attempt("read", path, _digest, path)
        except FileNotFoundError as error:
            raise cannot("read", path, error) from error


def cannot(verb: str, path: Path, error: OSError) -> StoreError:
    """What to tell a person when the system refuses."""
    reason = error.strerror or type(error).__name__
    return StoreError(f"cannot {verb} {path}: {reason}", help=_HELP.get(error.errno or 0, ""))


def _write_new(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0), 0o600)
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
    finally:
        os.close(descriptor)


def _sync_path(path: Path, flags: int) -> None:
    descriptor = os.open(path, flags | getattr(os, "O_CLOEXEC", 0))
    try:
        if flags == os.O_RDONLY:
            os.fsync(descriptor)
        else:
            _sync(descriptor)
    finally:
        os.close(descriptor)


def _digest(path: Path) -> tuple[int, str]:
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        return file.tell(), sha256


def _read_part(path: Path, start: int, end: int) -> bytes:
    with path.open("rb") as file:
        file.seek(start)
        return file.read(end - start)
