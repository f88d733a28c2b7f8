"""The curl line: a shell must hand curl exactly what was sent, and expand nothing but the secrets."""

import subprocess

from hypothesis import example, given, settings
from hypothesis import strategies as st

from pytest_journeys.evidence.document import BodyDocument, RequestDocument
from pytest_journeys.reports.curl import curl_command, quoted


def sent(
    method: str = "GET",
    *,
    url: str = "http://h/a",
    headers: tuple[tuple[str, str], ...] = (),
    body: BodyDocument | None = None,
) -> RequestDocument:
    """A redacted request."""
    return {"method": method, "url": url, "headers": [list(header) for header in headers], "body": body}


def text_body(text: str) -> BodyDocument:
    """A body that was kept whole."""
    return {"media_type": "application/json", "size": len(text), "sha256": "a" * 64, "text": text}


def words(command: str, **environment: str) -> list[str]:
    """What a real shell makes of a command: its words."""
    done = subprocess.run(
        ["bash", "--norc", "-c", f"printf '%s\\0' {command}"], env=environment, capture_output=True, check=True
    )
    return done.stdout.decode("utf-8", "surrogatepass").split("\0")[:-1]


def test_a_get_is_short():
    """What curl does by itself is not said."""
    headers = (("host", "h"), ("accept-encoding", "gzip"), ("connection", "keep-alive"), ("content-length", "0"))
    assert curl_command(sent(headers=headers)) == "curl http://h/a"


def test_secrets_are_expanded_by_the_shell():
    """A secret stands as $NAME between double quotes, in headers, URLs and bodies."""
    request = sent(
        "POST",
        url="http://h/a?key=$API_KEY",
        headers=(("authorization", "Bearer $TOKEN"),),
        body=text_body('{"pin":"$PIN"}'),
    )
    command = curl_command(request, ["TOKEN", "PIN", "API_KEY"])
    assert "$TOKEN" in command
    assert words(command, TOKEN="t'1", PIN='p"$2', API_KEY="k 3") == [
        "curl", "-X", "POST", "http://h/a?key=k 3", "-H", "authorization: Bearer t'1", "-H", "content-type:",
        "--data-raw", '{"pin":"p"$2"}',
    ]  # fmt: skip


def test_what_a_header_hides_by_nature_is_expanded():
    """Credentials and cookies that nobody declared are masked by the name of their place."""
    request = sent(headers=(("X-Api-Key", "$X_API_KEY"), ("cookie", "sid=$SID; theme=$HOME")))
    assert words(curl_command(request), X_API_KEY="k", SID="s", HOME="/root")[2:] == [
        "-H", "X-Api-Key: k", "-H", "cookie: sid=s; theme=$HOME",
    ]  # fmt: skip


def test_any_other_dollar_is_a_dollar():
    """A server that makes us send $AWS_SECRET or $(reboot) does not get it expanded."""
    request = sent("POST", body=text_body("$AWS_SECRET $(id) `id` ${HOME} !! $TOKENS"))
    command = curl_command(request, ["TOKEN"])
    assert words(command, AWS_SECRET="leak", HOME="/root", TOKEN="t")[-1] == "$AWS_SECRET $(id) `id` ${HOME} !! tS"


def test_bodies_of_every_kind():
    """A stored body is a file, a binary one is decoded on the way, a HEAD is asked for as one."""
    stored: BodyDocument = {"media_type": None, "size": 9, "sha256": "a", "file": "sessions/s 1/bodies/a"}
    assert curl_command(sent("PUT", body=stored)).endswith("--data-binary '@.journeys/sessions/s 1/bodies/a'")
    binary: BodyDocument = {"media_type": None, "size": 2, "sha256": "a", "base64": "AAE="}
    assert curl_command(sent("PUT", body=binary)).endswith("--data-binary @<(echo AAE= | base64 -d)")
    assert curl_command(sent("HEAD")) == "curl --head http://h/a"
    assert curl_command(sent(url="http://h/a[0]")) == "curl -g 'http://h/a[0]'"
    assert curl_command(sent(headers=(("x-empty", ""),))) == "curl http://h/a -H 'x-empty;'"


def test_no_history_is_expanded():
    """An exclamation mark between double quotes means history in an interactive shell, so it stands between single ones."""
    assert quoted("Bearer $TOKEN!x", ["TOKEN"]) == "'Bearer '\"${TOKEN}\"'!x'"


@settings(max_examples=60, deadline=None)
@example('it\'s `a` \\ "b" $(c) !', "$TOKEN")
@example('it\'s `a` \\ "b" $(c)', "")
@example("a'b\n\\", "$TOKEN")
@given(
    st.text(st.characters(blacklist_characters="\0", blacklist_categories=["Cs"])),
    st.sampled_from(["", "$TOKEN", "$TOKEN!", "a$TOKEN"]),
)
def test_any_text_is_one_word_of_the_shell(text: str, secret: str):
    """Whatever a body or header holds, the shell hands it over unchanged, secrets filled in, and the line is printable."""
    word = quoted(text + secret + text, ["TOKEN"])
    assert word.isprintable()
    expected = text + secret.replace("$TOKEN", "s3cret") + text
    if "$TOKEN" not in text:
        assert words(word, TOKEN="s3cret", LC_ALL="C.UTF-8") == [expected]
