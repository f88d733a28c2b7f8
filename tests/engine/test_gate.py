"""The redaction gate: what becomes part of an event, and what must not."""

import base64
import json
import time
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_journeys.engine.gate import Gate
from pytest_journeys.engine.places import Places
from pytest_journeys.values.http import Headers, HttpRequest, HttpResponse
from pytest_journeys.values.redaction import Redactor

PASSWORD = 'Zw7 "q\\k/+9%r&v<t=é>x,Sm4Lh1'
TOKEN = "tok_8Fh2Kd93Lx0Qw7Rt5Yp1"


def _gate(**settings: int) -> Gate:
    return Gate(Redactor([("shop_password", PASSWORD)]), **settings)  # type: ignore[arg-type]


def _answer(body: bytes, content_type: str = "application/json", headers: Headers = ()) -> HttpResponse:
    named: Headers = (("content-type", content_type),) if content_type else ()
    return HttpResponse(status=200, reason="OK", http_version="HTTP/1.1", headers=(*named, *headers), body=body)


def test_a_request_is_told_without_its_secrets() -> None:
    """URL, headers and body of a request are told in the shape of the evidence, each secret by its name."""
    body = json.dumps({"user": "ada", "secret": PASSWORD}).encode()
    request = HttpRequest(
        method="POST",
        url="http://127.0.0.1/login?next=%2F",
        headers=(("Content-Type", "application/json"), ("X-Echo", "a " + base64.b64encode(PASSWORD.encode()).decode())),
        body=body,
    )
    account, large = _gate().request(request)
    shown = '{"user": "ada", "secret": "$SHOP_PASSWORD"}'
    assert large is None
    assert account == {
        "method": "POST",
        "url": "http://127.0.0.1/login?next=%2F",
        "headers": [["Content-Type", "application/json"], ["X-Echo", "a $SHOP_PASSWORD"]],
        "body": {
            "size": len(body),
            "sha256": sha256(shown.encode()).hexdigest(),
            "media_type": "application/json",
            "text": shown,
        },
    }


def test_an_exchange_without_a_body_tells_none() -> None:
    """No body, no member."""
    gate = _gate()
    assert gate.request(HttpRequest(method="GET", url="http://h/"))[0] == {
        "method": "GET",
        "url": "http://h/",
        "headers": [],
    }
    assert gate.response(_answer(b""))[0] == {
        "status": 200,
        "reason": "OK",
        "http_version": "HTTP/1.1",
        "headers": [["content-type", "application/json"]],
    }


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("Authorization", f"Bearer {TOKEN}", "Bearer $AUTHORIZATION"),
        ("authorization", "Basic YWRhOmxvdmVsYWNl", "Basic $AUTHORIZATION"),
        ("authorization", "my pass phrase", "$AUTHORIZATION"),
        ("proxy-authorization", "short", "$PROXY_AUTHORIZATION"),
        ("x-api-key", TOKEN, "$X_API_KEY"),
        ("cookie", "session=abcdefghijkl; lang=en; empty=", "session=$SESSION; lang=$LANG; empty="),
        ("set-cookie", "session=abcdefghijkl; Path=/; HttpOnly", "session=$SESSION; Path=/; HttpOnly"),
        ("set-cookie", "session=; Max-Age=0", "session=; Max-Age=0"),
        ("location", f"https://ada:{TOKEN}@host/cb#access_token={TOKEN}&x=1",
         "https://ada:$ACCESS_TOKEN@host/cb#access_token=$ACCESS_TOKEN&x=1"),
    ],
)  # fmt: skip
def test_places_that_are_always_masked(name: str, value: str, shown: str) -> None:
    """Credentials and cookies are masked whoever made them; scheme, cookie names and attributes stay readable."""
    account, _ = _gate().response(_answer(b"", headers=((name, value),)))
    assert account["headers"][1] == [name, shown]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('{"password":"hunter2"}', '{"password":"$PASSWORD"}'),
        ('{"Password" : "a\\"b\\\\", "n": 1}', '{"Password" : "$PASSWORD", "n": 1}'),
        ('{"ACCESS_TOKEN": "a", "refresh_token":"b","id_token":"c","client_secret":"d"}',
         '{"ACCESS_TOKEN": "$ACCESS_TOKEN", "refresh_token":"$REFRESH_TOKEN","id_token":"$ID_TOKEN","client_secret":"$CLIENT_SECRET"}'),
        ('{"password": 12345, "a": [{"password": null}, {"password": ""}]}',
         '{"password": "$PASSWORD", "a": [{"password": null}, {"password": ""}]}'),
        ('{"password": {"value": "x1", "old": ["y"]}, "b": 2}', '{"password": "$PASSWORD", "b": 2}'),
        ('{"log": "{\\"password\\":\\"a\\\\\\"b\\",\\"n\\":1}"}', '{"log": "{\\"password\\":\\"$PASSWORD\\",\\"n\\":1}"}'),
        ('{"password": "never closed', '{"password": "$PASSWORD'),
        ("grant=x&password=hunter2&user=ada", "grant=x&password=$PASSWORD&user=ada"),
        ("user[password]=hunter2&user%5Bpassword%5D=hunter3", "user[password]=$PASSWORD&user%5Bpassword%5D=$PASSWORD"),
        ("GET /cb?client_secret=s3&state=1 failed", "GET /cb?client_secret=$CLIENT_SECRET&state=1 failed"),
        ("the password is wrong; new_password=x", "the password is wrong; new_password=x"),
    ],
)  # fmt: skip
def test_members_that_are_always_masked(text: str, shown: str) -> None:
    """Passwords and tokens by the names that everybody gives them, in JSON, in JSON inside JSON, in forms and queries."""
    assert _gate().text(text) == shown
    gate = _gate()
    assert gate.text(gate.text(text)) == shown


def test_what_stands_in_a_place_is_a_secret_from_then_on() -> None:
    """An echo of a masked token is masked, also where it came before the place; what is made from it is a secret too."""
    gate = _gate()
    body = json.dumps({"echo": TOKEN, "access_token": TOKEN}).encode()
    account, _ = gate.response(_answer(body, headers=(("x-echo", "sess-id-1234"), ("set-cookie", "sid=sess-id-1234"))))
    assert account["headers"][1:] == [["x-echo", "$SID"], ["set-cookie", "sid=$SID"]]
    assert account["body"]["text"] == '{"echo": "$ACCESS_TOKEN", "access_token": "$ACCESS_TOKEN"}'
    assert gate.holds([f"Bearer {TOKEN}"])
    assert not gate.holds(["harmless", 1, None, {"a": True}])


def test_values_are_told_without_secrets() -> None:
    """Expected, actual and derived values: leaves, member names and members by name; the same object if clean."""
    gate = _gate()
    clean = {"a": [1, "x", None, {"b": 2.5}]}
    assert gate.value(clean) is clean
    assert gate.value({"password": "x", PASSWORD: 1, "n": [PASSWORD]}) == {
        "password": "$PASSWORD",
        "$SHOP_PASSWORD": 1,
        "n": ["$SHOP_PASSWORD"],
    }
    assert gate.value("hunter2", name="password") == "$PASSWORD"
    assert gate.value("hunter2", name="user") == "hunter2"
    assert gate.value({"v": "hunter2-hunter2"}, name="Password") == "$PASSWORD"


def test_what_is_nested_too_deep_is_not_told() -> None:
    """A value that can be parsed but not searched is held back, and counts as secret; in a body it is only text."""
    gate = _gate()
    deep = "[" * 900 + "]" * 900
    parsed: list[object] = []
    for _ in range(5_000):  # deeper than any Python's stack; 3.12 walks further down than 3.11
        parsed = [parsed]
    assert gate.value(parsed) == "nested too deep to be told"
    assert gate.holds(parsed)
    assert gate.text(f'{{"password": {deep}, "a": 1}}') == '{"password": "$PASSWORD", "a": 1}'
    assert gate.text('{"password": ' + "[" * 90_000) == '{"password": "$PASSWORD"'


@pytest.mark.parametrize(
    "text",
    [
        "\\" * 300_000,
        '{"password":"' + "\\" * 300_000,
        '"' * 300_000,
        "?a[%5B." * 50_000 + "password",
        "://a:" * 50_000 + "@",
        "Sm4Lh1" * 50_000,
        json.dumps([{"password": f"password-{number}"} for number in range(3000)]),
    ],
)
def test_a_hostile_text_is_told_in_linear_time(text: str) -> None:
    """A megabyte of backslashes, of quotes, of half a secret: what a server sends cannot hold up a run."""
    started = time.process_time()
    _gate().text(text)
    assert time.process_time() - started < 30  # what is not linear takes hours for these


def test_what_is_cached_is_forgotten_when_a_secret_is_learned() -> None:
    """A text or a header that was clean before is masked once its value is known to be secret."""
    gate = _gate()
    before = gate.response(_answer(b"", headers=(("x-id", TOKEN),)))[0]["headers"][1]
    assert (before, gate.text(TOKEN)) == (["x-id", TOKEN], TOKEN)
    gate.learn("token", TOKEN)
    after = gate.response(_answer(b"", headers=(("x-id", TOKEN),)))[0]["headers"][1]
    assert (after, gate.text(TOKEN)) == (["x-id", "$TOKEN"], "$TOKEN")


def test_a_secret_number_is_masked_by_its_place() -> None:
    """A number cannot be searched for; the members of its name are masked instead."""
    gate = _gate()
    gate.learn_member("pin")
    assert gate.text('{"pin": 4711, "n": 4711}') == '{"pin": "$PIN", "n": 4711}'
    assert gate.value({"pin": 4711}) == {"pin": "$PIN"}


def test_named_headers_and_queries_join_the_places() -> None:
    """An api_key stands where its journey says."""
    gate = Gate(Redactor(), places=Places().with_names(headers=("X-Shop-Key",), members=("key",)))
    account, _ = gate.request(HttpRequest(method="GET", url="http://h/?key=abc&b=1", headers=(("x-shop-key", "abc"),)))
    assert account["url"] == "http://h/?key=$KEY&b=1"
    assert account["headers"] == [["x-shop-key", "$X_SHOP_KEY"]]


def test_the_digest_of_a_redacted_body_confirms_no_guess() -> None:
    """Where something was hidden the digest is of what is shown; the size is of what was sent."""
    raw = f"token {TOKEN}".encode()
    gate = _gate()
    gate.learn("token", TOKEN)
    body = gate.response(_answer(raw, "text/plain"))[0]["body"]
    assert body["sha256"] == sha256(b"token $TOKEN").hexdigest()
    assert body["size"] == len(raw)
    clean = _gate().response(_answer(b"clean", "text/plain"))[0]["body"]
    assert clean["sha256"] == sha256(b"clean").hexdigest()


def test_large_bodies_go_beside_and_are_cut_at_the_limit() -> None:
    """Above 16 KB a body is handed out for storing; beyond the limit it is cut, never through the middle of a secret."""
    text = json.dumps(["x" * 20_000, PASSWORD])
    account, large = _gate().response(_answer(text.encode()))
    assert large == text.replace(json.dumps(PASSWORD)[1:-1], "$SHOP_PASSWORD").encode()
    assert account["body"]["is_stored"]
    assert account["body"]["sha256"] == sha256(large).hexdigest()
    assert "text" not in account["body"]

    for before in range(90, 101):
        raw = b"y" * before + TOKEN.encode() + b"z" * 200_000
        gate = _gate(body_limit=100)
        gate.learn("token", TOKEN)
        body = gate.response(_answer(raw, "text/plain"))[0]["body"]
        assert body["text"] == ("y" * before + "$TOKEN" + "z" * 10)[:100]
        assert (body["size"], body["cut_to"]) == (len(raw), 100)


def test_many_masks_before_a_cut_leave_no_part_of_a_secret() -> None:
    """Masks are shorter than what they hide: the end of what was looked at never moves before the cut."""
    long = "secret-" * 500
    gate = _gate(body_limit=50_000)
    gate.learn("k", long)
    body, large = gate.response(_answer((long + "-").encode() * 60, "text/plain"))
    assert b"secret" not in (large or b"")
    assert "secret" not in body["body"].get("text", "")


@pytest.mark.parametrize(
    ("body", "content_type", "told"),
    [
        ("é".encode("latin-1"), "text/plain; charset=iso-8859-1", {"text": "é"}),
        ("é".encode("latin-1"), "text/plain; charset=utf-8", {"text": "\ufffd"}),
        ("é".encode(), 'text/plain; charset="no-such"', {"text": "é"}),
        (b"\\u0041", "text/plain; charset=unicode_escape", {"text": "\\u0041"}),
        (b"abc", "text/plain; charset=zlib", {"text": "abc"}),
        ("héé".encode("utf-16"), "application/json", {"text": "héé"}),
        (b'{"a": "\\ud800"}', "application/json", {"text": '{"a": "\\ud800"}'}),
        (b"a\0b", "text/plain", {"text": "a\0b"}),
        (b"a\0b", "", {"base64": "YQBi"}),
        (b"plain", "", {"text": "plain"}),
        (b"\x89PNG\xff", "image/png", {"base64": "iVBOR/8="}),
        (b"\xff" * 2000, "image/png", {}),
        (b"\x1f\x8b\x08\xff", "application/gzip", {}),
        (b"\xff\xfe\xfd", ";;;charset", {"base64": "//79"}),
        (b"\xc3", "application/octet-stream", {"base64": "ww=="}),
    ],
)
def test_any_body_is_told_and_none_raises(body: bytes, content_type: str, told: dict[str, str]) -> None:
    """Broken charsets, NULs, surrogates, binary: text where it is text, base64 where it is small, else size and digest."""
    account = _gate().response(_answer(body, content_type))[0]["body"]
    assert {key: account[key] for key in ("text", "base64") if key in account} == told  # type: ignore[literal-required]
    assert account["size"] == len(body)


@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("declared", ["text/plain; charset={}", "application/octet-stream", "text/plain", "image/png"])
def test_a_secret_is_found_whatever_charset_a_body_claims(charset: str, declared: str) -> None:
    """Neither the text nor the base64 of a body holds a secret, though its charset is wrong or unknown."""
    data = f"xx {PASSWORD} yy".encode(charset)
    account = _gate().response(_answer(data, declared.format(charset)))[0]["body"]
    shown = account.get("text", "") + base64.b64decode(account.get("base64", "")).decode("latin-1")
    assert "Sm4L" not in shown.replace("\0", "")


@given(body=st.binary(max_size=300), content_type=st.text(max_size=30), header=st.text(max_size=30))
def test_the_gate_never_raises(body: bytes, content_type: str, header: str) -> None:
    """Whatever a server sends, the gate tells it as JSON."""
    gate = _gate()
    account = gate.response(
        _answer(body, content_type, headers=((header, header), ("set-cookie", header), ("authorization", header)))
    )
    json.dumps(account[0])
    gate.text(header)


@given(text=st.text(alphabet='"\\:{}[],password= &?x1', max_size=60))
def test_half_written_members_do_not_raise(text: str) -> None:
    """A text that only looks like JSON is told too."""
    _gate().text(f'{{"password":{text}')
    _gate().text(f'{{"password":"{text}')


def test_a_gate_without_masks_shows_everything() -> None:
    """The positive control: a gate that knows nothing and masks no place lets all of it through."""

    class Blind(Redactor):
        __slots__ = ()

        def copy(self) -> Redactor:
            return self

        def learn(self, name: str, value: object) -> bool:
            return False

    gate = Gate(Blind(), places=Places())
    gate.learn("token", TOKEN)
    request = HttpRequest(
        method="POST", url=f"http://h/?access_token={TOKEN}", headers=(("authorization", TOKEN), ("cookie", "a=b"))
    )
    account, _ = gate.request(request)
    assert account["url"].endswith(TOKEN)
    assert account["headers"] == [["authorization", TOKEN], ["cookie", "a=b"]]
