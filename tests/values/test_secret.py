"""What hides a secret: the value that does not print, and the redactor that finds it in every spelling."""

import base64
import copy
import html
import json
import pickle
import string
import xml.sax.saxutils
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_journeys.values.errors import SetupError
from pytest_journeys.values.redaction import Redactor, check_secret
from pytest_journeys.values.secret import Secret, forms_of, mask_of

CANARY = "Zw7 \"q\\k/+9%r&v<t=é>x,Sm4Lh1'Bd"
PLAIN = "tok_8Fh2Kd93Lx0Qw7Rt5Yp1"
SECRETS = {"shop_password": CANARY, "token": PLAIN}


def _spellings(value: str) -> dict[str, str]:
    raw = value.encode()
    inner = json.dumps(value)[1:-1]
    inner_wide = json.dumps(value, ensure_ascii=False)[1:-1]
    found = {
        "raw": value,
        "json ascii": inner,
        "json": inner_wide,
        "json with escaped slashes": inner.replace("/", "\\/"),
        "json as Go writes it": inner_wide.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e"),
        "json with upper hex": inner.replace("\\u00e9", "\\u00E9"),
        "percent": quote(value, safe=""),
        "percent, slash safe": quote(value),
        "percent, lower": "".join(f"%{byte:02x}" if chr(byte) not in _UNRESERVED else chr(byte) for byte in raw),
        "plus": quote_plus(value),
        "percent twice": quote(quote(value, safe=""), safe=""),
        "hex": raw.hex(),
        "hex upper": raw.hex().upper(),
        "html": html.escape(value),
        "xml": xml.sax.saxutils.escape(value),
        "xml attribute": xml.sax.saxutils.escape(value, {'"': "&quot;", "'": "&apos;"}),
        "html by number": "".join(char if char.isalnum() and char.isascii() else f"&#{ord(char)};" for char in value),
        "json in json": json.dumps(inner)[1:-1],
        "json in percent": quote(inner, safe=""),
        "percent in json": json.dumps(quote(value, safe=""))[1:-1],
        "json in html": html.escape(inner),
        "html in json": json.dumps(html.escape(value))[1:-1],
        "utf-8 taken for latin-1": raw.decode("latin-1"),
        "latin-1 taken for utf-8": value.encode("latin-1").decode("utf-8", "replace"),
        "latin-1 percent": quote(value.encode("latin-1"), safe=""),
    }
    for prefix in ("", "a", "ab"):
        for name, data in {"": raw, " of latin-1": value.encode("latin-1"), " of json": inner.encode()}.items():
            for suffix in ("", "z", ":yz"):
                whole = prefix.encode() + data + suffix.encode()
                key = f"{len(prefix)}+{len(suffix)}{name}"
                found[f"base64 {key}"] = base64.b64encode(whole).decode()
                found[f"base64url {key}"] = base64.urlsafe_b64encode(whole).decode().rstrip("=")
                found[f"base64 in percent {key}"] = quote(base64.b64encode(whole).decode(), safe="")
    return found


_UNRESERVED = string.ascii_letters + string.digits + "_.-~"


@pytest.mark.parametrize("spelling", _spellings(CANARY))
def test_every_spelling_of_an_awkward_secret_is_found(spelling: str) -> None:
    """Promise 7: whichever way a server echoes a secret, nothing of it stays, alone or in the middle of other text."""
    text = _spellings(CANARY)[spelling]
    redactor = Redactor(SECRETS.items())
    for before, after in (("", ""), ('{"a":"', '"}'), ("x", "y")):
        if spelling.startswith("base64") and before == "x":
            continue
        found = redactor.redact_text(before + text + after)
        assert "$SHOP_PASSWORD" in found
        rest = found.replace("$SHOP_PASSWORD", "")
        assert len(rest) <= len(before) + len(after) + (12 if spelling.startswith("base64") else 0)
        assert "Sm4L" not in found
        assert redactor.holds({"deep": [text]})


@given(secret=st.text(min_size=8, max_size=40), before=st.text(max_size=4), after=st.text(max_size=4))
def test_any_text_is_found_in_the_forms_of_the_contract(secret: str, before: str, after: str) -> None:
    """Raw, JSON, percent, plus, base64, hex, XML and HTML are found for whatever characters a secret has."""
    redactor = Redactor([("s", secret)])
    raw = secret.encode()
    spelled = [
        secret, json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1], quote(secret, safe=""),
        quote(secret, safe="/"), quote_plus(secret), raw.hex(), raw.hex().upper(), html.escape(secret),
        base64.b64encode(before.encode() + raw + after.encode()).decode(),
        base64.urlsafe_b64encode(before.encode() + raw + after.encode()).decode(),
    ]  # fmt: skip
    for text in spelled:
        assert redactor.redact_text(f"<{text}>") != f"<{text}>"


def test_a_secret_never_prints() -> None:
    """repr, str, format and an exception's text show the name only; it cannot leave its process by pickling."""
    secret = Secret("shop_password", CANARY)
    for text in (repr(secret), str(secret), f"{secret}", f"{secret:>40}", f"{[secret]}", f"{ValueError(secret)}"):
        assert "Sm4L" not in text
        assert "<secret shop_password>" in text
    assert secret.reveal() == CANARY
    with pytest.raises(TypeError, match="<secret shop_password> stays"):
        pickle.dumps(secret)
    assert "Sm4L" not in repr(Redactor(SECRETS.items()))
    assert not any("Sm4L" in repr(form) for form in forms_of(CANARY))


def test_text_without_secrets_is_the_same_object() -> None:
    """Nothing to hide costs nothing: the very object comes back, with secrets known or not."""
    text = "x" * 1000
    tree = {"a": [1, 2.5, None, True, "text"], "b": {"c": text}}
    for redactor in (Redactor(), Redactor(SECRETS.items())):
        assert redactor.redact_text(text) is text
        assert redactor.redact_json(tree) is tree
        assert redactor.redact_bytes(b"\x00\xff") == b"\x00\xff"
        assert not redactor.holds(tree)


def test_keys_and_leaves_of_a_tree_are_redacted() -> None:
    """A member's name can hold a secret as well as its value; what holds none is kept."""
    redactor = Redactor(SECRETS.items())
    tree = {PLAIN: 1, "list": [f"Bearer {PLAIN}", 2], "same": {"n": 1}}
    assert redactor.redact_json(tree) == {"$TOKEN": 1, "list": ["Bearer $TOKEN", 2], "same": {"n": 1}}


def test_overlapping_secrets_leave_no_rest() -> None:
    """A secret that is part of another, or overlaps it, or itself, leaves nothing of either behind."""
    redactor = Redactor([("short", "abcdefgh"), ("long", "xxabcdefghyy"), ("tail", "efghIJKL")])
    assert redactor.redact_text("-xxabcdefghyy-") == "-$LONG-"
    assert redactor.redact_text("-abcdefgh-") == "-$SHORT-"
    assert redactor.redact_text("-abcdefghIJKL-") == "-$SHORT$TAIL-"
    twins = Redactor([("short", "abcdefgh"), ("long", "abcdefghij"), ("end", "cdefghij")])
    assert twins.redact_text("-abcdefghij-") == "-$LONG-"
    assert "ab" not in Redactor([("s", "abababab")]).redact_text("-ababababab-")


def test_a_secret_that_looks_like_a_mask_does_no_harm() -> None:
    """A secret that is contained in the mask of its name is masked without that name; masks are not searched again."""
    assert Redactor([("shop_password", "SHOP_PASSWORD")]).redact_text("a SHOP_PASSWORD b") == "a *** b"
    redactor = Redactor([("a_long_name", "one-secret-text"), ("b", "A_LONG_NAME")])
    assert redactor.redact_text("one-secret-text").count("$") == 1


def test_short_secrets_are_masked_as_whole_values_only() -> None:
    """Under 8 characters a secret is masked where it is a whole value, not where it happens to be part of other text."""
    redactor = Redactor([("pin", "a1b2")])
    assert redactor.redact_json({"pin": "a1b2", "text": "xa1b2y"}) == {"pin": "$PIN", "text": "xa1b2y"}
    assert redactor.redact_text('{"pin":"a1b2"}') == '{"pin":"$PIN"}'
    assert redactor.redact_text("p=a1b2&q=za1b2") == "p=$PIN&q=za1b2"
    assert redactor.redact_text("<pin>a1b2</pin>") == "<pin>$PIN</pin>"
    assert redactor.redact_text(base64.b64encode(b"a1b2").decode()) == "$PIN"


def test_secret_structures_numbers_and_nothing() -> None:
    """Each text leaf of a secret object is a secret; what cannot be recognised by value is not learned."""
    redactor = Redactor()
    assert redactor.learn("key", {"id": "identity-1234", "parts": ["first-part-1", True, None, 7]})
    assert redactor.redact_text("identity-1234 first-part-1 True 7") == "$KEY $KEY True 7"
    for value in (True, None, "", "abc", 7, 1.5, [], {}):
        assert not redactor.learn("nothing", value)
    assert redactor.learn("account", 1234567890)
    assert redactor.redact_json({"account": 1234567890, "other": 5}) == {"account": "$ACCOUNT", "other": 5}
    assert redactor.redact_text('{"account": 1234567890}') == '{"account": $ACCOUNT}'


def test_secrets_with_newlines() -> None:
    """A key of several lines is found with either line ending, and escaped."""
    redactor = Redactor([("key", "first line\nsecond line\n-end-")])
    for text in (
        "first line\r\nsecond line\r\n-end-",
        "first line\\nsecond line\\n-end-",
        "first+line%0Asecond+line%0A-end-",
    ):
        assert redactor.redact_text(text) == "$KEY"


def test_bytes_in_any_charset() -> None:
    """In a binary body a secret is found as UTF-8, Latin-1 and UTF-16; the rest of the bytes stays."""
    redactor = Redactor(SECRETS.items())
    for data in (CANARY.encode(), CANARY.encode("latin-1"), CANARY.encode("utf-16-le"), CANARY.encode("utf-16-be")):
        assert redactor.redact_bytes(b"\x00\xff" + data + b"\xfe") == b"\x00\xff$SHOP_PASSWORD\xfe"


def test_texts_that_no_encoding_holds_do_not_raise() -> None:
    """Lone surrogates, undecodable bytes of the OS and NULs, in the secret or in the text, are only text."""
    for value in ("abcdefg\ud800h", "abcdefg\udcffh", "abc\0defgh", "\ud800\udcff" * 5, "\\" * 30, "/+%&" * 6):
        redactor = Redactor([("s", value)])
        assert redactor.redact_text(f"a{value}b") == "a$Sb"
        assert redactor.redact_json({"k": ["\udfff", value]}) == {"k": ["\udfff", "$S"]}
        assert redactor.redact_bytes(b"\xff\x00") == b"\xff\x00"


def test_a_hopeless_search_ends() -> None:
    """A secret of escape characters and a text of many more of them: no exponential search."""
    redactor = Redactor([("s", '\\"' * 20 + "/")])
    assert redactor.redact_text("\\" * 2000) == "\\" * 2000


def test_a_copy_learns_on_its_own() -> None:
    """What a run learns stays in that run; the declared secrets are prepared once."""
    base = Redactor(SECRETS.items())
    run = base.copy()
    run.learn("session", "cookie-value-1")
    assert run.redact_text(f"cookie-value-1 {PLAIN}") == "$SESSION $TOKEN"
    assert base.redact_text("cookie-value-1") == "cookie-value-1"
    assert copy.copy(run) is not run


def test_masks_are_spelled_like_variables() -> None:
    """One spelling for masks and for the curl line: upper case, everything else but letters and digits an underscore."""
    assert [mask_of(name) for name in ("shop-password", "token", "sid.v2")] == ["$SHOP_PASSWORD", "$TOKEN", "$SID_V2"]


@pytest.mark.parametrize("value", ["", "abc", "$SHOP_PASSWORD", "${SHOP_PASSWORD}"])
def test_a_secret_that_cannot_be_hidden_is_an_error_of_setup(value: str) -> None:
    """Too short, or a variable that nobody expanded: the message names the secret and says nothing of its value."""
    with pytest.raises(SetupError, match="secret shop-password") as caught:
        check_secret("shop-password", value)
    assert not value or value not in str(caught.value)
    check_secret("shop-password", "abcd")
