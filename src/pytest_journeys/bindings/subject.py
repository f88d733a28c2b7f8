"""What is being tested, when nobody says so: in CI the commit; locally the commit and a digest of what is not committed.

Asked for while collection goes on and never in its way: where there is no git or no repository the subject is empty.
Not part of the subject: journeys, rows and environments (they are in the fingerprint by themselves), and what test
runs leave behind.
"""

import hashlib
import os
import re
import subprocess
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pytest_journeys.values.errors import UsageError

COMMIT_VARIABLES: Final = (
    ("GITHUB_ACTIONS", "GITHUB_SHA"),
    ("GITLAB_CI", "CI_COMMIT_SHA"),
    ("CIRCLECI", "CIRCLE_SHA1"),
    ("JENKINS_URL", "GIT_COMMIT"),
    ("BUILDKITE", "BUILDKITE_COMMIT"),
    ("TF_BUILD", "BUILD_SOURCEVERSION"),
    ("TRAVIS", "TRAVIS_COMMIT"),
    ("BITBUCKET_BUILD_NUMBER", "BITBUCKET_COMMIT"),
    ("DRONE", "DRONE_COMMIT_SHA"),
    ("APPVEYOR", "APPVEYOR_REPO_COMMIT"),
    ("TEAMCITY_VERSION", "BUILD_VCS_NUMBER"),
    ("CODEBUILD_BUILD_ID", "CODEBUILD_RESOLVED_SOURCE_VERSION"),
    ("SEMAPHORE", "SEMAPHORE_GIT_SHA"),
)
"""CI systems: the variable that tells that one runs here, and the one that holds the commit."""

_JOURNEY: Final = re.compile(r"\.(?:journey|part)\.ya?ml$")
_LEFT_BEHIND: Final = re.compile(
    r"(?:^|/)(?:__pycache__|\.pytest_cache|\.mypy_cache|\.ruff_cache|\.hypothesis|\.journeys|\.tox|\.nox|\.venv)(?:/|$)"
    r"|(?:^|/)\.coverage[^/]*$|\.py[co]$|\.log$"
)
_MOST_READ: Final = (
    64 * 1024 * 1024
)  # bytes; beyond them size and time stand for the content of the files that are left
_PER_FILE: Final = 16 * 1024  # bytes; what it costs to open one, in the same coin
_PATIENCE: Final = 30.0  # seconds that git or the command may take beyond collection


@dataclass(slots=True)
class SubjectQuestion:
    """A question that is being answered by another process, or is answered already."""

    _answer: str | None = None
    _asked: "subprocess.Popen[bytes] | None" = None
    _top: Path | None = None
    _command: str = ""

    def answer(self, *, outside: Collection[Path] = ()) -> str:
        """The subject, empty when there is none to be known. `outside` are row and environment files, and reports.

        Files and folders in `outside` count as no change. Raises `UsageError` when the ini command fails.
        """
        if self._answer is None:
            self._answer = self._heard(frozenset(path.resolve() for path in outside))
        return self._answer

    def drop(self) -> None:
        """Nobody wants to know any more."""
        if self._asked is not None:
            _end(self._asked)
            self._asked = None

    def _heard(self, outside: frozenset[Path]) -> str:
        asked, self._asked = self._asked, None
        if asked is None:
            return ""
        try:
            told, complaint = asked.communicate(timeout=_PATIENCE)
        except subprocess.TimeoutExpired:
            _end(asked)
            told, complaint = b"", b"it took too long"
        if self._command:
            return _answer_of_command(self._command, asked.returncode, told, complaint)
        if asked.returncode or self._top is None:
            return ""
        return _answer_of_git(self._top, told, outside)


def ask_subject(
    root: Path, environ: Mapping[str, str], *, told: str | None = None, command: str | None = None
) -> SubjectQuestion:
    """Begin to find out. `told` is what a person said, `command` the ini setting; both come before the default.

    `root` is a folder of the project. Raises `UsageError` for a command that cannot be started; nothing else.
    """
    if told is not None:
        return SubjectQuestion(told)
    if command:
        try:
            started = subprocess.Popen(
                command, shell=True, cwd=root, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
            )
        except OSError as error:
            raise UsageError(f"journeys_subject_command cannot be started: {error}") from None
        return SubjectQuestion(_asked=started, _command=command)
    commit = commit_in_ci(environ)
    if commit is not None:
        return SubjectQuestion(commit)
    top = next((folder for folder in (root, *root.parents) if (folder / ".git").exists()), None)
    if top is None:
        return SubjectQuestion("")
    question = ["git", "--no-optional-locks", "status", "--porcelain=v2", "--branch", "-z"]
    try:
        started = subprocess.Popen(
            [*question, "--untracked-files=all", "--no-renames"],
            cwd=top,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
    except OSError:  # no git on this machine
        return SubjectQuestion("")
    return SubjectQuestion(_asked=started, _top=top)


def commit_in_ci(environ: Mapping[str, str]) -> str | None:
    """The commit, when a CI system that we know says which; None elsewhere."""
    for system, commit in COMMIT_VARIABLES:
        if environ.get(system) and environ.get(commit):
            return environ[commit]
    return None


def _end(asked: "subprocess.Popen[bytes]") -> None:
    """Kill without listening any longer: what the process started may hold its output open."""
    asked.kill()
    for pipe in (asked.stdout, asked.stderr):
        if pipe is not None:
            pipe.close()
    asked.wait()


def _answer_of_command(command: str, code: int, told: bytes, complaint: bytes) -> str:
    lines = told.decode("utf-8", "replace").strip()
    if code or not lines:
        reason = complaint.decode("utf-8", "replace").strip().splitlines()
        said = f": {reason[-1]}" if reason else ""
        ended = f"ended with exit code {code}" if code else "printed nothing"
        raise UsageError(f"journeys_subject_command {ended}{said}", help=f"it should print what is tested: {command}")
    return lines


def _answer_of_git(top: Path, told: bytes, outside: frozenset[Path]) -> str:
    """The commit, and behind a plus the digest of what is changed or new beside it."""
    commit = ""
    digest = hashlib.sha256()
    is_changed = False
    left = _MOST_READ
    for record in sorted(told.split(b"\0")):
        if record.startswith(b"# branch.oid "):
            commit = record.removeprefix(b"# branch.oid ").decode("ascii", "replace")
        path = _path_in(record)
        if path is None:
            continue
        name = os.fsdecode(path)
        if _JOURNEY.search(name) or _LEFT_BEHIND.search(name) or not outside.isdisjoint(_with_parents(top / name)):
            continue
        is_changed = True
        content, cost = _content(top / name, left)
        left -= cost
        digest.update(path + b"\0" + content)
    if commit == "(initial)":
        commit = "no commit"
    return f"{commit}+{digest.hexdigest()[:12]}" if is_changed else commit


def _path_in(record: bytes) -> bytes | None:
    """The path of a status record (git-status(1), porcelain v2): changed, unmerged or untracked."""
    match record[:2]:
        case b"1 ":
            return record.split(b" ", 8)[8]
        case b"u ":
            return record.split(b" ", 10)[10]
        case b"? ":
            return record[2:]
        case _:
            return None


def _content(file: Path, left: int) -> tuple[bytes, int]:
    """What stands for the content of a file, its digest, and how much reading it cost; nothing when it is gone."""
    try:
        if file.is_symlink():
            return b"-> " + os.fsencode(file.readlink()), _PER_FILE
        state = file.stat()
        if state.st_size + _PER_FILE > left:
            return b"%d %d" % (state.st_size, state.st_mtime_ns), 0
        return hashlib.sha256(file.read_bytes()).digest(), state.st_size + _PER_FILE
    except OSError:
        return b"", _PER_FILE


def _with_parents(path: Path) -> Iterator[Path]:
    path = path.resolve()
    yield path
    yield from path.parents
