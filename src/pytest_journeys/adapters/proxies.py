"""Which proxy an origin is reached by: ``HTTP_PROXY``, ``HTTPS_PROXY``, ``ALL_PROXY``, ``NO_PROXY``, in either case."""

import os
import sys


def proxy_for(scheme: str, host: str, port: int | None) -> str | None:
    """The proxy's URL, None for a direct line. On macOS and Windows the system's settings count too."""
    if not sys.platform.startswith(("darwin", "win")) and not any(
        name.lower().endswith("_proxy") and value for name, value in os.environ.items()
    ):
        return None
    from urllib.request import getproxies, proxy_bypass

    proxies = getproxies()
    proxy = proxies.get(scheme) or proxies.get("all")
    if not proxy or proxy_bypass(host if port is None else f"{host}:{port}"):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"
