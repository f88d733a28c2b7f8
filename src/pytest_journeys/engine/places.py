"""Where secrets stand by nature: header names, member names in JSON, forms and query strings, passwords in URLs.

Works on texts and JSON values as they are; which secret values exist is not known here.
"""

import json
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final, TypeAlias

from pytest_journeys.values.fact import fact
from pytest_journeys.values.json import JsonValue

Mask: TypeAlias = Callable[[str, JsonValue], JsonValue]
"""Given the name of a place and the value that stands there, what is shown instead (a text), or the value itself."""


@fact
class Places:
    """Names in lower case. Their values are masked whatever they are."""

    headers: frozenset[str] = frozenset()
    members: tuple[str, ...] = ()
    has_cookies: bool = False

    def with_names(self, *, headers: tuple[str, ...] = (), members: tuple[str, ...] = ()) -> "Places":
        """These places and more, as an api_key in a header or a query adds them."""
        return Places(
            headers=self.headers.union(name.lower() for name in headers),
            members=tuple(dict.fromkeys((*self.members, *(name.lower() for name in members)))),
            has_cookies=self.has_cookies,
        )


DEFAULT_PLACES: Final = Places(
    headers=frozenset({"authorization", "proxy-authorization", "x-api-key"}),
    members=("password", "access_token", "refresh_token", "id_token", "client_secret"),
    has_cookies=True,
)

_SCHEMES: Final = frozenset(
    [
        "apikey",
        "aws4-hmac-sha256",
        "basic",
        "bearer",
        "digest",
        "dpop",
        "hawk",
        "jwt",
        "key",
        "negotiate",
        "ntlm",
        "oauth",
        "token",
    ]
)
_URL_PASSWORD: Final = re.compile(r"(://[^\s/@:?#]*:)([^\s/@]+)(?=@)")
_SCALAR: Final = re.compile(r'[^\s,}\]"\\]+')
_BACKSLASHES: Final = re.compile(r'(?<!\\)(\\*)"')  # looked at once per run, or a megabyte of them takes hours


def mask_credentials(value: str, mask: Callable[[str], str]) -> str:
    """An authorization header: its scheme stays when it is one that everybody knows."""
    scheme, space, rest = value.partition(" ")
    if rest and scheme.lower() in _SCHEMES:
        return f"{scheme}{space}{mask(rest)}"
    return mask(value)


def mask_cookies(value: str, mask: Callable[[str, str], str]) -> str:
    """A cookie header: names stay."""
    return "; ".join(_mask_pair(pair, mask) for pair in value.split("; "))


def mask_set_cookie(value: str, mask: Callable[[str, str], str]) -> str:
    """A set-cookie header: the name and the attributes stay."""
    pair, semicolon, attributes = value.partition(";")
    return _mask_pair(pair, mask) + semicolon + attributes


def _mask_pair(pair: str, mask: Callable[[str, str], str]) -> str:
    name, equals, value = pair.partition("=")
    if not equals:
        return mask("cookie", pair) if pair else pair
    return f"{name}={mask(name.strip(), value)}" if value.strip('" ') else pair


def mask_url_password(text: str, mask: Mask) -> str:
    """``https://user:password@host`` anywhere in a text."""
    return _URL_PASSWORD.sub(lambda found: f"{found[1]}{mask('password', found[2])}", text)


@lru_cache(maxsize=64)
def _patterns(members: tuple[str, ...]) -> tuple[re.Pattern[str], re.Pattern[str]]:
    names = "|".join(re.escape(name) for name in members)
    return (
        re.compile(rf'(?<!\\)(\\*)"({names})\1"\s*:\s*', re.IGNORECASE),
        re.compile(
            rf"(?:^|[?&#;])(?:[\w.%\[\]-]*(?:\[|%5B|\.))?({names})(?:\]|%5D)?=([^&#\s\"'<>\\]+)",
            re.IGNORECASE,
        ),
    )


def mask_members(text: str, members: tuple[str, ...], mask: Mask) -> str:
    """Members of JSON (also of JSON inside a JSON string) and of forms and query strings, anywhere in a text."""
    in_json, in_form = _patterns(members)
    parts: list[str] = []
    position = 0
    while (found := in_json.search(text, position)) is not None:
        parts.append(text[position : found.end()])
        shown, position = _mask_json_at(text, found.end(), len(found[1]), found[2], mask)
        parts.append(shown)
    parts.append(text[position:])
    return in_form.sub(
        lambda pair: pair[0][: pair.start(2) - pair.start()] + str(mask(pair[1], pair[2])), "".join(parts)
    )


def _mask_json_at(text: str, start: int, escaped: int, name: str, mask: Mask) -> tuple[str, int]:
    """What to show for the JSON value at `start`, whose quotes stand behind `escaped` backslashes, and where it ends."""
    quote = "\\" * escaped + '"'
    if text.startswith(quote, start):
        begin = start + len(quote)
        end = _end_of_string(text, begin, escaped)
        inner = text[begin:end]
        shown = mask(name, _unescaped(inner, escaped)) if inner else inner
        return f"{quote}{shown}{text[end : end + len(quote)]}", min(end + len(quote), len(text))
    if text[start : start + 1] in ("{", "["):
        try:
            value, end = json.JSONDecoder().raw_decode(text, start)
        except (ValueError, RecursionError):
            value, end = True, len(text)  # no JSON: all that follows may belong to it
        return f"{quote}{_show_all(name, value, mask)}{quote}", end
    scalar = _SCALAR.match(text, start)
    if scalar is None or scalar[0] == "null":
        return "", start
    return f"{quote}{mask(name, scalar[0])}{quote}", scalar.end()


def _end_of_string(text: str, begin: int, escaped: int) -> int:
    """Where the closing quote begins: quotes inside the string stand behind more backslashes than its own."""
    for found in _BACKSLASHES.finditer(text, begin):
        if len(found[1]) % (2 * (escaped + 1)) == escaped:
            return found.end() - 1 - escaped
    return len(text)


def _unescaped(inner: str, escaped: int) -> str:
    try:
        while escaped >= 0:
            inner = str(json.loads(f'"{inner}"', strict=False))
            escaped = (escaped - 1) // 2 if escaped else -1
    except ValueError:
        pass
    return inner


def _show_all(name: str, value: JsonValue, mask: Mask) -> str:
    """Tell the mask every leaf, so that each is known from now on, and show one mask."""
    if isinstance(value, Mapping):
        for member in value.values():
            _show_all(name, member, mask)
    elif isinstance(value, (list, tuple)):
        for element in value:
            _show_all(name, element, mask)
    elif value is not None:
        return str(mask(name, value))
    return str(mask(name, True))


def mask_tree(
    value: JsonValue, members: tuple[str, ...], mask: Mask, leaf: Callable[[JsonValue], JsonValue]
) -> JsonValue:
    """A JSON value with the members masked and every other leaf and name shown by `leaf`; the same object if unchanged."""
    if value is None or isinstance(value, (str, int, float)):
        return leaf(value)
    if isinstance(value, Mapping):
        shown = {str(leaf(key)): mask_member(key, member, members, mask, leaf) for key, member in value.items()}
        same = len(shown) == len(value) and all(
            key == other and one is two for (key, one), (other, two) in zip(value.items(), shown.items(), strict=True)
        )
        return value if same else shown
    if isinstance(value, (list, tuple)):
        elements = [mask_tree(element, members, mask, leaf) for element in value]
        return value if all(one is two for one, two in zip(value, elements, strict=True)) else elements
    return leaf(value)


def mask_member(
    key: str, member: JsonValue, members: tuple[str, ...], mask: Mask, leaf: Callable[[JsonValue], JsonValue]
) -> JsonValue:
    """The value of one member: masked whole if its name is one of `members`, else as `mask_tree`."""
    if key.lower() not in members or member is None or member == "":
        return mask_tree(member, members, mask, leaf)
    if isinstance(member, (Mapping, list, tuple)):
        return _show_all(key, member, mask)
    return mask(key, member)
