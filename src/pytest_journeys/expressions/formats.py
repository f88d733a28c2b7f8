"""The formats that a text can be asked for. What a format needs is imported and compiled when it is first asked for."""

import datetime
import re
from collections.abc import Callable
from typing import Final

_UUID: Final = r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
_DATE: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_DATETIME: Final = (
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]([0-9]{2}):([0-9]{2}):([0-9]{2})(\.[0-9]{1,30})?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_LABEL: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_EMAIL: Final = rf"[A-Za-z0-9!#$%&'*+/=?^_`{{|}}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{{|}}~-]+)*@{_LABEL}(?:\.{_LABEL})*"
_URI: Final = r"[A-Za-z][A-Za-z0-9+.-]*:(?:[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})+"


def moment_of_rfc3339(text: str) -> datetime.datetime | None:
    """The moment of an RFC 3339 date-time, a leap second as the second before; None for anything else."""
    found = re.fullmatch(_DATETIME, text)
    if found is None:
        return None
    seconds = "59" if found[4] == "60" else found[4]
    fraction = (found[5] or "")[:7]
    zone = "+00:00" if found[6] in "Zz" else found[6]
    try:
        return datetime.datetime.fromisoformat(f"{found[1]}T{found[2]}:{found[3]}:{seconds}{fraction}{zone}")
    except ValueError:
        return None


def _is_date(text: str) -> bool:
    if not re.fullmatch(_DATE, text):
        return False
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _is_ip(text: str) -> bool:
    import ipaddress

    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return "%" not in text


FORMATS: Final[dict[str, Callable[[str], bool]]] = {
    "uuid": lambda text: re.fullmatch(_UUID, text) is not None,
    "date": _is_date,
    "datetime": lambda text: moment_of_rfc3339(text) is not None,
    "email": lambda text: len(text) <= 254 and re.fullmatch(_EMAIL, text) is not None,
    "uri": lambda text: re.fullmatch(_URI, text) is not None,
    "ip": _is_ip,
}
"""uuid (any version), date (RFC 3339 full-date), datetime (RFC 3339), email (RFC 5321 mailbox without quotes), uri (RFC
3986 with a scheme), ip (version 4 or 6)."""
