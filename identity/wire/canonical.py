"""The canonical request of Signature Version 4: the one text that both sides hash.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import quote

_SPACES = re.compile(" +")


def request(
    method: str,
    path: str,
    pairs: Iterable[tuple[str, str]],
    headers: Mapping[str, str],
    signed: Sequence[str],
    digest: str,
) -> bytes:
    """The canonical request, from decoded query parameters and the hash of the body.

    `signed` are the names of the signed headers in their order, all of them in `headers`. Raises
    UnicodeEncodeError for a header that did not come as bytes.
    """
    lines = [method, _path(path), _query(pairs)]
    lines += [f"{name}:{_value(headers[name])}" for name in signed]
    lines += ["", ";".join(signed), digest]
    return "\n".join(lines).encode("latin-1")


def _path(path: str) -> str:
    """Without dot segments and empty ones, and encoded again over the encoding that it has."""
    if not path.startswith("/"):
        return path or "/"  # no path at all, or something else (`*`) that is not made into one
    kept: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            del kept[-1:]
        elif segment not in ("", "."):
            kept.append(segment)
    end = "/" if kept and path.endswith("/") else ""
    return quote(f"/{'/'.join(kept)}{end}", safe="/~", encoding="latin-1")


def _query(pairs: Iterable[tuple[str, str]]) -> str:
    """Encoded as RFC 3986 asks, then sorted, so that a space is `%20` however it came."""
    encoded = sorted((quote(name, safe="~"), quote(value, safe="~")) for name, value in pairs)
    return "&".join(f"{name}={value}" for name, value in encoded)


def _value(value: str) -> str:
    return _SPACES.sub(" ", value.strip(" ")) if " " in value else value
