"""What a definition says about a request: where it goes, what it carries, who sends it."""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field, StrictBool, StrictInt, StrictStr, Tag

from pytest_journeys.language.forms import (
    BY_FORM,
    MAPPING,
    TEXT,
    TRUTH,
    WHOLE_NUMBER,
    Definition,
    FileName,
    Headers,
    LengthOrReference,
    MaybeWritten,
    Table,
    missing,
)
from pytest_journeys.values.fact import fact


class BearerToken(Definition):
    """A token with the word before it: ``Authorization: <scheme> <token>``."""

    token: StrictStr = Field(description="The token, mostly a reference.")
    scheme: StrictStr = Field(default="Bearer", description="The word before the token.")


class Basic(Definition):
    """A user name and a password (RFC 7617)."""

    username: StrictStr = Field(description="The user name.")
    password: StrictStr = Field(description="The password, mostly a secret.")


class ApiKey(Definition):
    """A key in a header, a query member or a cookie."""

    name: StrictStr = Field(description="The name of the header, query member or cookie.")
    value: StrictStr = Field(description="The key, mostly a secret.")
    place: Literal["header", "query", "cookie"] = Field(
        default="header", alias="in", description="Where the key is sent."
    )


class Scheme(Definition):
    """Who sends the request: exactly one scheme."""

    bearer: Annotated[Annotated[StrictStr, Tag(TEXT)] | Annotated[BearerToken, Tag(MAPPING)], BY_FORM] | None = Field(
        default=None, description="A bearer token, or {token, scheme}."
    )
    basic: Basic | None = Field(default=None, description="A user name and a password.")
    api_key: ApiKey | None = Field(default=None, description="A key in a header, a query member or a cookie.")


Auth: TypeAlias = Annotated[Annotated[StrictStr, Tag(TEXT)] | Annotated[Scheme, Tag(MAPPING)], BY_FORM]
"""A scheme, or a text: the name of an entry of `credentials`, or the word ``none``."""

Cookies: TypeAlias = Annotated[Annotated[Literal["none"], Tag(TEXT)] | Annotated[Table, Tag(MAPPING)], BY_FORM]
Redirects: TypeAlias = Annotated[
    Annotated[StrictBool, Tag(TRUTH)] | Annotated[StrictInt, Field(ge=0), Tag(WHOLE_NUMBER)],
    BY_FORM,
]


class RequestSettings(Definition):
    """What a step and the defaults may both say. Null in a step takes away what the defaults set (`removes`)."""

    NULLABLE = frozenset({"base_url", "headers", "query", "cookies", "auth", "timeout", "redirects", "safe"})

    base_url: StrictStr | None = Field(default=None, description="What a URL that begins with / is appended to.")
    headers: Headers | None = Field(
        default=None, description="Header names to values; a list sends the name once per element, null leaves it out."
    )
    query: Table | None = Field(
        default=None, description="Members added to the query; a list sends the name once per element."
    )
    cookies: Cookies | None = Field(
        default=None, description="Cookies for this request, beside the jar; null withholds one, none sends none."
    )
    auth: Auth | None = Field(default=None, description="A scheme, the name of an entry of credentials, or none.")
    timeout: LengthOrReference | None = Field(
        default=None, description="The total time of one attempt; 30s by default."
    )
    redirects: Redirects | None = Field(
        default=None, description="Follow redirects: true, or how many at most. Off by default."
    )
    safe: StrictBool | None = Field(
        default=None, description="True says that the request only reads: it may be sent again like a GET."
    )


class RequestTarget(Definition):
    """The long form of `request`."""

    method: StrictStr = Field(description="GET, POST, ...")
    url: StrictStr = Field(description="Absolute, or beginning with / and appended to base_url.")


@fact
class RequestLine:
    """Method and URL, and where the URL stands: the path below the step, and how many characters into that text."""

    method: str
    url: str
    url_path: tuple[str, ...]
    url_offset: int


def read_request_line(request: "str | RequestTarget") -> RequestLine:
    """Method and URL of either form of `request`; a short form without a URL yields an empty one."""
    if isinstance(request, RequestTarget):
        return RequestLine(method=request.method, url=request.url, url_path=("request", "url"), url_offset=0)
    line = request.strip()
    method, _, rest = line.partition(" ")
    url = rest.strip()
    return RequestLine(
        method=method,
        url=url,
        url_path=("request",),
        url_offset=request.index(url, request.index(method) + len(method)),
    )


class Sending(RequestSettings):
    """A request with what it carries; `json` and its kin are bodies, at most one."""

    NULLABLE = RequestSettings.NULLABLE | {"json_body"}

    request: Annotated[Annotated[StrictStr, Tag(TEXT)] | Annotated[RequestTarget, Tag(MAPPING)], BY_FORM] | None = (
        Field(default=None, description="The action: METHOD URL, or {method, url}.")
    )
    json_body: MaybeWritten = Field(
        default_factory=missing, alias="json", description="Body: JSON, keys in the order written."
    )
    json_file: FileName | None = Field(
        default=None, description="Body: a JSON file, relative to this one; it may hold references."
    )
    form: Table | None = Field(default=None, description="Body: a form (application/x-www-form-urlencoded).")
    text: StrictStr | None = Field(default=None, description="Body: text.")
    file: FileName | None = Field(default=None, description="Body: the bytes of a file, relative to this one.")
