r"""Where declared secrets come from: OS variables, then a secrets file, then a command, each asked when a run needs it.

A secrets file has lines ``NAME=value``: ``#`` begins a comment line, ``export`` may stand before; in ``"..."`` the escapes
``\n \t \" \\`` count, in ``'...'`` none do, and a bare value goes to the end of the line. No message ever holds a value.
"""

import re
import shlex
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from pytest_journeys.values.duration import Duration
from pytest_journeys.values.errors import SetupError
from pytest_journeys.values.redaction import check_secret
from pytest_journeys.values.secret import Secret

PREFIX: Final = "JOURNEYS_SECRET_"
COMMAND_TIMEOUT: Final = Duration(30_000)

_LINE: Final = re.compile(r"(?:export\s+)?([A-Za-z_][A-Za-z0-9_-]*)\s*=\s*(.*)")
_ESCAPE: Final = re.compile(r"\\(.)")
_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\"}


class SecretSources:
    """Keeps the contract of `ports.SecretSource`. What was found is kept for the life of the worker.

    `file` and the command's relative paths are meant from `folder`, by default the current one.
    """

    def __init__(
        self,
        environment: Mapping[str, str],
        *,
        file: Path | None = None,
        command: str | None = None,
        folder: Path | None = None,
        timeout: Duration = COMMAND_TIMEOUT,
    ) -> None:
        self._environment = environment
        self._file = file
        self._command = command
        self._folder = folder
        self._timeout = timeout
        self._found: dict[str, Secret | None] = {}
        self._names: dict[str, str] = {}
        self._in_file: dict[str, str] | None = None

    def __repr__(self) -> str:
        return f"<SecretSources: {len(self._found)} asked for>"

    @staticmethod
    def variable_of(name: str) -> str:
        """The OS variable that a secret is read from: ``shop-password`` from ``JOURNEYS_SECRET_SHOP_PASSWORD``."""
        return PREFIX + name.upper().replace("-", "_")

    def find(self, name: str) -> Secret | None:
        """The secret, None when no source has it.

        Raises `SetupError` when a source fails, when what it gives cannot be hidden, and for a second name that is
        spelled like the first as a variable.
        """
        if name in self._found:
            return self._found[name]
        variable = self.variable_of(name)
        first = self._names.setdefault(variable, name)
        if first != name:
            raise SetupError(f"secrets {first} and {name} are both read from {variable}", help="rename one of them")
        value = self._environment.get(variable)
        if value is None and self._file is not None:
            value = self._file_values(self._file).get(variable)
        if value is None and self._command:
            value = self._from_command(self._command, name)
        if value is not None:
            check_secret(name, value)
        self._found[name] = None if value is None else Secret(name, value)
        return self._found[name]

    def _file_values(self, file: Path) -> dict[str, str]:
        if self._in_file is None:
            self._in_file = _read_file(file if self._folder is None else self._folder / file)
        return self._in_file

    def _from_command(self, command: str, name: str) -> str:
        """The first line that the command prints. It runs without a shell, and what it says on stderr is not shown."""
        try:
            words = shlex.split(command)
        except ValueError as error:
            raise SetupError(f"journeys_secrets_command cannot be split into words: {str(error).lower()}") from None
        if not any("{name}" in word for word in words):
            raise SetupError(
                "journeys_secrets_command does not say where the secret's name goes",
                help="write {name}, as in: op read op://ci/{name}",
            )
        words = [word.replace("{name}", name) for word in words]
        hint = f"run it by hand to see why, with {name} as the name"
        try:
            process = subprocess.Popen(
                words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=self._folder
            )
        except (OSError, ValueError) as error:
            reason = (getattr(error, "strerror", None) or str(error)).lower()
            raise SetupError(f"secret {name}: the command {words[0]} cannot be run: {reason}") from None
        with process:
            try:
                output, _ = process.communicate(timeout=self._timeout.seconds)
            except subprocess.TimeoutExpired:
                process.kill()
                raise SetupError(
                    f"secret {name}: the command {words[0]} did not end within {self._timeout}", help=hint
                ) from None
        if process.returncode:
            raise SetupError(f"secret {name}: the command {words[0]} ended with status {process.returncode}", help=hint)
        try:
            value = output.decode("utf-8").partition("\n")[0].removesuffix("\r")
        except UnicodeDecodeError:
            raise SetupError(f"secret {name}: the command {words[0]} printed what is not UTF-8", help=hint) from None
        if not value:
            raise SetupError(f"secret {name}: the command {words[0]} printed nothing", help=hint)
        return value


def _read_file(file: Path) -> dict[str, str]:
    """The values of a secrets file by OS variable."""
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise SetupError(f"cannot read the secrets file {file}: {(error.strerror or str(error)).lower()}") from None
    except UnicodeDecodeError:
        raise SetupError(f"the secrets file {file} is not UTF-8") from None
    values: dict[str, str] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        found = _LINE.fullmatch(line)
        value = None if found is None else _unquoted(found[2])
        if found is None or value is None:
            raise SetupError(f"{file}:{number}: not a line of the form NAME=value", help="its text is not shown here")
        variable = SecretSources.variable_of(found[1].removeprefix(PREFIX))
        if variable in values:
            raise SetupError(f"{file}:{number}: {found[1]} is set a second time")
        values[variable] = value
    return values


def _unquoted(text: str) -> str | None:
    """The value that a line gives, None when its quotes do not match."""
    quote = text[:1]
    if quote not in ("'", '"') or not quote:
        return text
    inner = text[1:-1]
    if len(text) < 2 or text[-1] != quote:
        return None
    if quote == "'":
        return None if "'" in inner else inner
    if re.fullmatch(r'(?:[^"\\]|\\.)*', inner) is None:
        return None
    return _ESCAPE.sub(lambda found: _ESCAPES.get(found[1], found[0]), inner)
