"""Base64 as people and programs write it: either alphabet, padded or not."""

import base64


def bytes_of_base64(text: str) -> bytes:
    """The bytes. Raises `ValueError`, which does not hold the text."""
    plain = text.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except ValueError:
        raise ValueError("not base64") from None
