"""A redacted request as a curl command: ``$NAME`` stands where a secret was, for the shell to expand; nothing else is expanded."""

import re
from collections.abc import Collection, Iterator
from typing import Final
from urllib.parse import urlsplit

from pytest_journeys.evidence.document import BodyDocument, RequestDocument
from pytest_journeys.values.secret import mask_of

_PLAIN: Final = re.compile(r"[A-Za-z0-9_@%+=:,./-]+")
_MASK: Final = re.compile(r"\$([A-Z_][A-Z0-9_]*)")
_IMPLIED: Final = frozenset({"content-length", "connection", "accept-encoding", "transfer-encoding"})
_ESCAPES: Final = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "'": "\\'", "\\": "\\\\"}


def curl_command(request: RequestDocument, secrets: Collection[str] = (), *, store: str = ".journeys") -> str:
    """One line to paste into a POSIX-like shell (bash, zsh, ksh).

    `secrets` are the names that may stand as ``$NAME``; a dollar before anything else is a dollar. A body that the store
    holds is named as a file under `store`.
    """
    return " ".join(curl_words(request, secrets, store=store))


def curl_words(request: RequestDocument, secrets: Collection[str] = (), *, store: str = ".journeys") -> Iterator[str]:
    """The command in pieces that belong together (an option with its value), so that it may be broken between them."""
    method, url, body = request["method"], request["url"], request["body"]
    yield "curl"
    if any(char in url for char in "[]{}"):
        yield "-g"
    if method == "HEAD":
        yield "--head"
    elif method != "GET" or body is not None:
        yield f"-X {quoted(method)}"
    yield quoted(url, secrets)
    names = {header[0].lower() for header in request["headers"]}
    for name, value in request["headers"]:
        if not _is_implied(name, value, url):
            known = {*secrets, *_names_by_place(name, value)}
            yield f"-H {quoted(f'{name}: {value}' if value else f'{name};', known)}"
    if body is not None:
        if "content-type" not in names:
            yield "-H content-type:"  # curl would say form data
        yield _data(body, secrets, store)


def quoted(text: str, secrets: Collection[str] = ()) -> str:
    """One shell word."""
    if _PLAIN.fullmatch(text):
        return text
    pieces = list(_pieces(text, secrets))
    if not any(is_mask for _, is_mask in pieces):
        return _literal(text)
    if text.isprintable() and "!" not in text:
        return _in_double_quotes(pieces)
    return "".join(f'"${{{piece}}}"' if is_mask else _literal(piece) for piece, is_mask in pieces)


def _names_by_place(name: str, value: str) -> Iterator[str]:
    """What a header may hide by its nature: it is masked by its own name, a cookie by the cookie's."""
    yield mask_of(name)[1:]
    if name.lower() == "cookie":
        for pair in value.split(";"):
            yield mask_of(pair.partition("=")[0].strip())[1:]


def _is_implied(name: str, value: str, url: str) -> bool:
    folded = name.lower()
    return folded in _IMPLIED or (folded == "host" and value == urlsplit(url).netloc.rpartition("@")[2])


def _data(body: BodyDocument, secrets: Collection[str], store: str) -> str:
    if "file" in body:
        path = f"{store}/{body['file']}"
        return f"--data-binary {quoted('@' + path)}"
    if "base64" in body:
        return f"--data-binary @<(echo {body['base64']} | base64 -d)"
    return f"--data-raw {quoted(body.get('text', ''), secrets)}"


def _pieces(text: str, secrets: Collection[str]) -> Iterator[tuple[str, bool]]:
    """The text in literal parts and names of secrets. After a dollar the longest known name counts."""
    position = 0
    for found in _MASK.finditer(text):
        name = next((found[1][:end] for end in range(len(found[1]), 0, -1) if found[1][:end] in secrets), None)
        if name is None:
            continue
        if found.start() > position:
            yield text[position : found.start()], False
        yield name, True
        position = found.start() + 1 + len(name)
    if position < len(text):
        yield text[position:], False


def _in_double_quotes(pieces: list[tuple[str, bool]]) -> str:
    parts: list[str] = []
    for index, (piece, is_mask) in enumerate(pieces):
        if not is_mask:
            parts.append(re.sub(r'([\\"$`])', r"\\\1", piece))
            continue
        after = pieces[index + 1][0][:1] if index + 1 < len(pieces) and not pieces[index + 1][1] else ""
        parts.append(f"${{{piece}}}" if after.isalnum() or after in ("_", "[") else f"${piece}")
    return '"' + "".join(parts) + '"'


def _literal(text: str) -> str:
    if text.isprintable():
        return "'" + text.replace("'", "'\\''") + "'"
    return "$'" + "".join(map(_ansi, text)) + "'"


def _ansi(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    if char.isprintable():
        return char
    return "".join(f"\\x{byte:02x}" for byte in char.encode("utf-8", "surrogatepass"))
