"""What we take from httpx, imported when it is first needed: reading unusual URLs, trust in certificates, ``br`` and ``zstd``.

The only importer of httpx.
"""

import base64
import re
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

from pytest_journeys.adapters.content_coding import ContentCodingError, Decoder, too_large
from pytest_journeys.adapters.line import ConnectError
from pytest_journeys.adapters.message import UnsendableError
from pytest_journeys.values.fact import fact

if TYPE_CHECKING:
    from ssl import SSLContext

_TARGET: Final = re.compile(r"[\x21-\x7e]+")


@fact
class ReadUrl:
    """Parts of a URL, escaped as they are sent; `host` of an IPv6 address in brackets, `credentials` as a header's value."""

    scheme: str
    host: str
    port: str | None
    target: str
    credentials: str = ""


def read_url(text: str) -> ReadUrl:
    """A URL that needs parsing or escaping. Raises `UnsendableError`."""
    import httpx

    try:
        url = httpx.URL(text)
    except httpx.InvalidURL as error:
        raise UnsendableError(f"the URL is invalid: {error}") from None
    if url.scheme not in ("http", "https") or not url.host:
        raise UnsendableError("the URL is not absolute: it needs http:// or https:// and a host")
    target = url.raw_path.decode("ascii")
    if not _TARGET.fullmatch(target):
        raise UnsendableError("the URL is invalid: its path or query cannot be sent")
    host = url.raw_host.decode("ascii")
    credentials = ""
    if url.userinfo:
        credentials = f"Basic {base64.b64encode(f'{url.username}:{url.password}'.encode()).decode()}"
    return ReadUrl(
        scheme=url.scheme,
        host=f"[{host}]" if ":" in host else host,
        port=None if url.port is None else str(url.port),
        target=target,
        credentials=credentials,
    )


def trust() -> "SSLContext":
    """What httpx trusts: ``SSL_CERT_FILE`` or ``SSL_CERT_DIR``, else certifi's list. Raises `ConnectError`."""
    import httpx

    try:
        return httpx.create_ssl_context()
    except OSError as error:
        raise ConnectError(
            f"TLS: the certificates that SSL_CERT_FILE or SSL_CERT_DIR names: {error.strerror or error}"
        ) from None


def decoder_of(coding: str) -> Decoder | None:
    """``br`` and ``zstd``, where httpx finds their packages."""
    if coding == "br":
        packages = ["brotli", "brotlicffi"]
    elif coding == "zstd":
        packages = ["zstandard"]
    else:
        return None
    if not any(find_spec(package) for package in packages):
        return None

    def decode(data: bytes, limit: int) -> bytes:
        import httpx

        pieces = (data[start : start + 1024] for start in range(0, len(data), 1024))
        parts: list[bytes] = []
        size = 0
        try:
            for part in httpx.Response(200, headers={"content-encoding": coding}, content=pieces).iter_bytes():
                size += len(part)
                if size > limit:
                    raise too_large(limit)
                parts.append(part)
        except httpx.DecodingError as error:
            raise ContentCodingError(f"the body is not {coding}: {error}") from None
        return b"".join(parts)

    return decode
