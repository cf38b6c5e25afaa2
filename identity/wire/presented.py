"""How a Signature Version 4 is presented: in the Authorization header or in the query string.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-authentication-methods.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from identity.errors import (
    IncompleteSignature,
    InvalidClientTokenId,
    MissingAuthenticationToken,
    SignatureDoesNotMatch,
)
from identity.wire import form

ALGORITHM = "AWS4-HMAC-SHA256"
_LONGEST_EXPIRES = 604800
_SECONDS = re.compile(r"[0-9]{1,6}")

_MISSING = "Request is missing Authentication Token"
_INVALID_TOKEN = "The security token included in the request is invalid"
# The parts of a signature, and how AWS asks for each in the Authorization header.
_PARTS = {
    "Credential": "'Credential' parameter",
    "Signature": "'Signature' parameter",
    "SignedHeaders": "'SignedHeaders' parameter",
    "Date": "existence of either a 'X-Amz-Date' or a 'Date' header",
}


class Presented(NamedTuple):
    """The parts of a signature as they came; `expires` in seconds, of a presigned URL alone."""

    credential: str
    signature: str
    signed_headers: str
    date: str
    token: str | None
    presigned: bool
    expires: int | None


def read(query: bytes | str, headers: Mapping[str, str]) -> Presented:
    """The parts from the one place that has them; header names in lower case.

    Raises MalformedQueryString, MissingAuthenticationToken, IncompleteSignature,
    SignatureDoesNotMatch for a signature in both places, and InvalidClientTokenId for a session
    token away from its signature.
    """
    pairs = form.read(query)
    presigned = any(name == "X-Amz-Algorithm" for name, _ in pairs)
    if "authorization" not in headers:
        if not presigned:
            raise MissingAuthenticationToken(_MISSING)
        return _from_query(form.single(pairs), headers)
    if presigned:
        raise SignatureDoesNotMatch
    if any(name == "X-Amz-Security-Token" for name, _ in pairs):
        raise InvalidClientTokenId(_INVALID_TOKEN)
    return _from_header(headers)


def _from_header(headers: Mapping[str, str]) -> Presented:
    header = headers["authorization"]
    algorithm, _, rest = header.partition(" ")
    if algorithm != ALGORITHM:
        raise IncompleteSignature(f"Unsupported AWS 'algorithm': '{algorithm}'.")
    given = _parameters(header, rest)
    given.pop("Date", None)  # the date is a header, never a parameter
    if (date := headers.get("x-amz-date", headers.get("date"))) is not None:
        given["Date"] = date
    missing = [
        f"Authorization header requires {what}."
        for name, what in _PARTS.items()
        if name not in given
    ]
    if missing:
        raise IncompleteSignature(" ".join([*missing, f"Authorization={header}"]))
    return Presented(
        credential=given["Credential"],
        signature=given["Signature"],
        signed_headers=given["SignedHeaders"],
        date=given["Date"],
        token=headers.get("x-amz-security-token"),
        presigned=False,
        expires=None,
    )


def _parameters(header: str, rest: str) -> dict[str, str]:
    """Of a parameter given twice AWS takes the last; nothing else of the request depends on it."""
    given: dict[str, str] = {}
    for part in rest.split(","):
        name, equals, value = part.strip(" ").partition("=")
        if not equals:
            raise IncompleteSignature(
                f"'{name}' not a valid key=value pair (missing equal-sign) "
                f"in Authorization header: '{header}'"
            )
        given[name] = value
    return given


def _from_query(fields: Mapping[str, str], headers: Mapping[str, str]) -> Presented:
    if fields["X-Amz-Algorithm"] != ALGORITHM:
        raise MissingAuthenticationToken(_MISSING)
    missing = [
        f"AWS query-string parameters must include 'X-Amz-{name}'."
        for name in _PARTS
        if f"X-Amz-{name}" not in fields
    ]
    if missing:
        raise IncompleteSignature(" ".join([*missing, "Re-examine the query-string parameters."]))
    if "x-amz-security-token" in headers:
        raise InvalidClientTokenId(_INVALID_TOKEN)
    return Presented(
        credential=fields["X-Amz-Credential"],
        signature=fields["X-Amz-Signature"],
        signed_headers=fields["X-Amz-SignedHeaders"],
        date=fields["X-Amz-Date"],
        token=fields.get("X-Amz-Security-Token"),
        presigned=True,
        expires=_expires(fields.get("X-Amz-Expires")),
    )


def _expires(given: str | None) -> int | None:
    if given is None:
        return None
    if not _SECONDS.fullmatch(given) or not 1 <= int(given) <= _LONGEST_EXPIRES:
        raise IncompleteSignature(
            f"X-Amz-Expires must be between 1 and {_LONGEST_EXPIRES} seconds. Got '{given}'."
        )
    return int(given)
