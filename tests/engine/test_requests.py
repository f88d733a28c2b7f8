"""What leaves: URLs, headers, cookies and credentials by origin; redirects; what an answer's own URLs may do."""

from typing import Any

import pytest

from engine.journeys import BASE, Artifact, Bench, answer, derive, header, replies, step
from pytest_journeys.artifact.model import Auth, Body, Derivation, Field
from pytest_journeys.events import codes
from pytest_journeys.expressions.scan import template_of_text
from pytest_journeys.expressions.template import Literal

OK = answer(200, "{}")


def sent_by(line: str, **settings: Any) -> Any:
    """The request that a step sends."""
    target = line.partition(" ")[2]
    key = f"{line.partition(' ')[0]} {target.removeprefix(BASE).partition('?')[0]}"
    bench = Bench(Artifact(journey="j", steps=(step("one", line, request=settings),)), replies({key: OK}))
    bench.run()
    return bench.transport.sent[-1] if bench.transport.sent else None


def names_of(sent: Any) -> dict[str, str]:
    """Headers by lower-case name."""
    return {name.lower(): value for name, value in sent.headers}


def bearer(token: str, **more: Any) -> Auth:
    """Credentials."""
    return Auth(kind="bearer", values=(("token", Literal(token)),), **more)


DEFAULTS: dict[str, Any] = {
    "headers": (header("x-team", "shop", is_default=True),),
    "cookies": (Field(name="a", value=Literal("1"), is_default=True),),
    "auth": bearer("secret-token", is_default=True),
}


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("/x", True),
        (f"{BASE}/x", True),
        (f"{BASE}:80/x", True),
        ("http://elsewhere.test/x", False),
        (f"{BASE}.evil.test/x", False),
        (f"{BASE}@evil.test/x", False),
        ("https://shop.test/x", False),
    ],
)
def test_defaults_go_to_the_origin_of_base_url_only(url: str, expected: bool) -> None:
    """Scheme, host and port are compared whole: a host that begins like ours is another one."""
    found = names_of(sent_by(f"GET {url}", **DEFAULTS))
    assert ("x-team" in found, "authorization" in found, "cookie" in found) == (expected,) * 3


def test_what_a_step_says_itself_wins() -> None:
    """Its own header over any credentials, its own credentials over a default header, both over what a body implies."""
    own = (header("Authorization", "mine"),)
    assert names_of(sent_by("GET /x", headers=own, auth=bearer("t")))["authorization"] == "mine"
    default = (header("authorization", "theirs", is_default=True),)
    assert names_of(sent_by("GET /x", headers=default, auth=bearer("t")))["authorization"] == "Bearer t"
    body = Body(kind="json", value=Literal({"b": 1, "a": "é"}))
    sent = sent_by("POST /x", headers=(header("Content-Type", "application/merge-patch+json"),), body=body)
    assert (names_of(sent)["content-type"], sent.body) == ("application/merge-patch+json", '{"b":1,"a":"é"}'.encode())


def test_credentials_in_a_query_and_in_a_cookie() -> None:
    """An api_key goes where it says; in a cookie it stands beside the step's own."""

    def key(place: str) -> Auth:
        return Auth(
            kind="api_key", values=tuple((n, Literal(v)) for n, v in (("name", "k"), ("value", "v"), ("in", place)))
        )

    assert sent_by("GET /x?a=1", auth=key("query")).url == f"{BASE}/x?a=1&k=v"
    cookies = (Field(name="own", value=Literal("1")),)
    assert names_of(sent_by("GET /x", auth=key("cookie"), cookies=cookies))["cookie"] == "k=v; own=1"
    assert names_of(sent_by("GET /x", auth=key("header")))["k"] == "v"


def test_an_api_key_is_masked_where_it_stands() -> None:
    """However short it is, and though nobody declared it a secret."""
    for place in ("header", "query"):
        values = tuple((n, Literal(v)) for n, v in (("name", "x-shop-key"), ("value", "q7w8e9"), ("in", place)))
        one = step("one", "GET /x", request={"auth": Auth(kind="api_key", values=values)})
        bench = Bench(Artifact(journey="j", steps=(one,)), replies({"GET /x": OK}))
        bench.run()
        assert b"q7w8e9" not in b"".join(bench.journal.lines)


def test_lists_and_null_in_fields() -> None:
    """A list sends the name once per element, null leaves it out; values are percent-encoded."""
    query = (
        Field(name="tag", value=Literal(["a b", "c&d"])),
        Field(name="none", value=Literal(None)),
        Field(name="n", value=Literal(1.5)),
        Field(name="yes", value=Literal(True)),
    )
    assert (
        sent_by("GET /x?first=1#part", query=query).url == f"{BASE}/x?first=1&tag=a%20b&tag=c%26d&n=1.5&yes=true#part"
    )


def test_a_cookie_of_the_jar_can_be_overruled_and_withheld() -> None:
    """A request's own cookie wins over the jar, null withholds one, `cookies: none` sends none."""
    table = {"GET /set": answer(200, "{}", set_cookie="a=jar; Path=/"), "GET /use": OK}
    cases: list[tuple[dict[str, Any], str | None]] = [
        ({}, "a=jar"),
        ({"cookies": (Field(name="a", value=Literal("own")),)}, "a=own"),
        ({"cookies": (Field(name="a", value=Literal(None)),)}, None),
        ({"sends_cookies": False}, None),
    ]
    for settings, expected in cases:
        steps = (step("set", "GET /set"), step("use", "GET /use", request=settings))
        bench = Bench(Artifact(journey="j", steps=steps), replies(table))
        bench.run()
        assert names_of(bench.transport.sent[-1]).get("cookie") == expected


@pytest.mark.parametrize("url", ["carts/17", "http://host:port/x", "http://[bad/x"])
def test_a_url_that_is_none_is_an_outcome(url: str) -> None:
    """Filled in with this run's values the request is none: nothing is sent, and the code says so."""
    text = "${{ '" + url + "' }}"
    bench = Bench(Artifact(journey="j", steps=(step("one", f"GET {text}"),)), replies({}))
    result = bench.run()
    assert (result.outcome, bench.sent) == ("error", [])
    error = next(one["error"] for _, accounts in result.told for one in accounts)
    assert error["code"] == codes.INVALID_REQUEST


def redirected(table: dict[str, Any], line: str = "POST /a", **settings: Any) -> Any:
    """A run of one step that follows redirects."""
    one = step("one", line, request={"redirects": 3, **settings})
    bench = Bench(Artifact(journey="j", steps=(one,)), replies(table))
    return bench, bench.run()


def test_credentials_stay_behind_when_a_redirect_leads_elsewhere() -> None:
    """Default headers, credentials under any name, cookies and the key do not follow to another origin."""
    values = tuple((n, Literal(v)) for n, v in (("name", "x-key"), ("value", "v"), ("in", "header")))
    settings: dict[str, Any] = {
        "headers": (header("x-team", "shop", is_default=True), header("x-own", "1")),
        "auth": Auth(kind="api_key", values=values),
        "cookies": (Field(name="a", value=Literal("1")),),
    }
    bench, _ = redirected({"POST /a": answer(307, location="http://evil.test/b")}, **settings)
    assert set(names_of(bench.transport.sent[0])) == {"x-team", "x-own", "x-key", "cookie"}
    assert set(names_of(bench.transport.sent[1])) == {"x-own"}
    bench, _ = redirected({"POST /a": answer(307, location="/b"), "POST /b": OK}, **settings)
    assert names_of(bench.transport.sent[1]) == names_of(bench.transport.sent[0])


def test_a_redirected_post_becomes_a_get_and_cookies_set_on_the_way_are_kept() -> None:
    """303, and 301 and 302 to a POST, drop the body; each answer's cookies count."""
    body = Body(kind="text", value=Literal("hello"))
    table = {"POST /a": answer(302, location="/b", set_cookie="sid=on-the-way; Path=/"), "GET /b": OK}
    bench, result = redirected(table, body=body)
    assert result.outcome == "passed"
    assert [(sent.method, sent.body) for sent in bench.transport.sent] == [("POST", b"hello"), ("GET", b"")]
    assert names_of(bench.transport.sent[1]) == {"cookie": "sid=on-the-way"}


def test_too_many_redirects_are_an_error() -> None:
    """A loop does not read as an answer that nobody complained of."""
    bench, result = redirected({"GET /a": answer(302, location="/a")}, "GET /a")
    assert (len(bench.sent), result.outcome) == (4, "error")
    assert "more than 3 redirects" in result.reason


@pytest.mark.parametrize("location", ["http://[x", "http://h:port/"])
def test_a_location_that_is_no_url_is_an_answer_like_any_other(location: str) -> None:
    """What a server wrote raises nothing."""
    _, result = redirected({"GET /a": answer(302, location=location)}, "GET /a")
    assert result.outcome == "passed"


def test_urls_that_a_server_made_up_are_outcomes() -> None:
    """A Link or a Location that no URL parser takes ends the step as an error, not the run in a traceback."""
    link = Derivation(name="x", source="link", argument="next")
    made = Derivation(name="y", source="header", argument="location", convert="url")
    for derivation, headers in ((link, {"link": '<http://[x>; rel="next"'}), (made, {"location": "http://[x"})):
        bench = Bench(
            Artifact(journey="j", steps=(step("one", "GET /a", derive=(derivation,)),)),
            replies({"GET /a": answer(200, "{}", **headers)}),
        )
        assert bench.run().outcome == "error"


@pytest.mark.parametrize(
    "cookie",
    ["a=b; Max-Age=" + "9" * 5000, "a=b; Expires=Thu, 01 Jan 0001 00:00:00 -0000", "=; ;;", "a=b; Expires=never"],
)
def test_a_strange_cookie_is_no_exception(cookie: str) -> None:
    """Whatever a server sets, the run goes on."""
    steps = (
        step("one", "GET /a", derive=(derive("x", "$.x", default=template_of_text("none")),)),
        step("two", "GET /a"),
    )
    bench = Bench(Artifact(journey="j", steps=steps), replies({"GET /a": answer(200, "{}", set_cookie=cookie)}))
    assert bench.run().outcome == "passed"
