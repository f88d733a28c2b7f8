"""Where secrets come from, and that no failure tells one."""

import sys
import time
from pathlib import Path

import pytest

from pytest_journeys.adapters.secrets import SecretSources
from pytest_journeys.values.duration import Duration
from pytest_journeys.values.errors import SetupError


def _revealed(sources: SecretSources, name: str) -> object:
    secret = sources.find(name)
    assert secret is not None
    assert secret.name == name
    return secret.reveal()


def _printing(text: str) -> str:
    return f"'{sys.executable}' -c \"import sys; print({text})\" {{name}}"


def test_the_order_is_variable_file_command(tmp_path: Path) -> None:
    """The first source that has it gives it; a secret that none has is None."""
    file = tmp_path / "secrets"
    file.write_text("two=from file\nthree=from file\n")
    everything = {"JOURNEYS_SECRET_THREE": "from variable"}
    sources = SecretSources(everything, file=file, command=_printing("'from command', sys.argv[1]"))
    assert _revealed(sources, "three") == "from variable"
    assert _revealed(sources, "two") == "from file"
    assert _revealed(sources, "one") == "from command one"
    assert SecretSources({"ONE": "x" * 9}, file=file).find("one") is None


def test_relative_paths_are_meant_from_the_folder(tmp_path: Path) -> None:
    """The project's folder, whatever folder pytest was started in."""
    (tmp_path / "secrets").write_text("one=from-file\n")
    (tmp_path / "said").write_text("from-command")
    sources = SecretSources({}, file=Path("secrets"), command=_printing("open('said').read()"), folder=tmp_path)
    assert _revealed(sources, "one") == "from-file"
    assert _revealed(sources, "two") == "from-command"


def test_a_name_is_spelled_as_a_variable() -> None:
    """Upper case, hyphens as underscores; two names of one spelling are an error, whichever is asked for first."""
    assert SecretSources.variable_of("shop-password") == "JOURNEYS_SECRET_SHOP_PASSWORD"
    sources = SecretSources({"JOURNEYS_SECRET_A_B": "value-of-a-b"})
    assert _revealed(sources, "a-b") == "value-of-a-b"
    for other in ("a_b", "A-b"):
        with pytest.raises(SetupError, match=f"secrets a-b and {other} are both read from JOURNEYS_SECRET_A_B"):
            sources.find(other)


def test_what_was_found_is_asked_for_once(tmp_path: Path) -> None:
    """A command may take a second or a fingerprint: once per worker is enough."""
    log = tmp_path / "log"
    command = f"'{sys.executable}' -c \"import sys; open(sys.argv[2], 'a').write('x'); print('secret-value')\" {{name}} '{log}'"
    sources = SecretSources({}, command=command)
    assert [_revealed(sources, "one") for _ in range(3)] == ["secret-value"] * 3
    assert log.read_text() == "x"


def test_the_lines_of_a_secrets_file(tmp_path: Path) -> None:
    """Comments, export, quotes and escapes as in the files that people have; the variable's full name works too."""
    file = tmp_path / "secrets"
    file.write_bytes(
        '\ufeff# comment\r\n\r\nplain = a b#c=d \r\nexport single=\'x\\n "y\'\ndouble="a\\n\\"b\\\\"\n'
        "JOURNEYS_SECRET_FULL_NAME=full-name\nhy-phen=é-value\n".encode()
    )
    sources = SecretSources({}, file=file)
    assert [_revealed(sources, name) for name in ("plain", "single", "double", "full-name", "hy_phen")] == [
        "a b#c=d",
        'x\\n "y',
        'a\n"b\\',
        "full-name",
        "é-value",
    ]


@pytest.mark.parametrize(
    "line", ["canary-value", "a b=canary-value", 'a="canary-value', "a='canary'value'", "=canary-value"]
)
def test_a_bad_line_is_named_but_not_shown(tmp_path: Path, line: str) -> None:
    """File and line, and nothing of what stands there."""
    file = tmp_path / "secrets"
    file.write_text(f"good=good-value\n{line}\n")
    with pytest.raises(SetupError, match=r"secrets:2: not a line of the form NAME=value") as caught:
        SecretSources({}, file=file).find("good")
    assert "canary" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_file_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    """Missing, not UTF-8, a name twice."""
    with pytest.raises(SetupError, match=r"cannot read the secrets file .*none: no such file"):
        SecretSources({}, file=tmp_path / "none").find("x")
    file = tmp_path / "secrets"
    file.write_bytes(b"x=\xff\xff\xff\xff")
    with pytest.raises(SetupError, match="is not UTF-8"):
        SecretSources({}, file=file).find("x")
    file.write_text("a-b=first-value\nA_B=second-value\n")
    with pytest.raises(SetupError, match="secrets:2: A_B is set a second time") as caught:
        SecretSources({}, file=file).find("x")
    assert "value" not in str(caught.value)


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (_printing("'canary-out', file=sys.stderr") + " ; exit", "printed nothing"),
        (f"'{sys.executable}' -c \"import sys; print('canary'); sys.exit('canary')\" {{name}}", "ended with status 1"),
        ("/no/such/command {name}", "/no/such/command cannot be run: no such file"),
        (f"'{sys.executable}' -c \"print('canary')\"", "does not say where the secret's name goes"),
        ("op 'read {name}", "cannot be split into words"),
        (_printing("chr(10) + 'canary'"), "printed nothing"),
        (f"'{sys.executable}' -c \"import sys; sys.stdout.buffer.write(bytes([255]) * 9)\" {{name}}", "not UTF-8"),
    ],
)
def test_a_command_that_fails_is_told_without_its_output(command: str, message: str) -> None:
    """Status, reason and what to do; neither stdout nor stderr."""
    with pytest.raises(SetupError, match=message) as caught:
        SecretSources({}, command=command).find("pin")
    assert "canary" not in str(caught.value).replace(command, "")


def test_a_command_runs_without_a_shell_and_gives_its_first_line() -> None:
    """What looks like shell syntax is an argument; the line's end is not part of the secret."""
    sources = SecretSources(
        {}, command=_printing("' '.join(sys.argv[1:]) + chr(13) + chr(10) + 'second'") + " '$HOME;' {name}"
    )
    assert _revealed(sources, "pin") == "pin $HOME; pin"


def test_a_command_that_hangs_is_ended() -> None:
    """Also when it keeps its output open."""
    command = f"'{sys.executable}' -c 'import time; time.sleep(9)' {{name}}"
    started = time.monotonic()
    with pytest.raises(SetupError, match="did not end within 200ms"):
        SecretSources({}, command=command, timeout=Duration(200)).find("pin")
    assert time.monotonic() - started < 3


def test_a_secret_that_cannot_be_hidden_is_refused() -> None:
    """Empty, short or an unexpanded variable, from whatever source; and the sources themselves print no value."""
    sources = SecretSources({"JOURNEYS_SECRET_A": "", "JOURNEYS_SECRET_B": "abc", "JOURNEYS_SECRET_C": "long enough"})
    for name in ("a", "b"):
        with pytest.raises(SetupError, match=f"secret {name} "):
            sources.find(name)
    assert _revealed(sources, "c") == "long enough"
    assert "enough" not in repr(sources)
