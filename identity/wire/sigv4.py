"""Signature Version 4 as a server reads it.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
The functions are called in this order: `read`, `check_clock`, `check_scope`, `matches`. Only the
last one proves anything.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from identity.errors import IncompleteSignature, SignatureDoesNotMatch
from identity.wire import canonical, form, presented

TERMINATOR = "aws4_request"
LONGEST_PRESIGNED = 900
_HOME_REGION = "us-east-1"

_BASIC = "%Y%m%dT%H%M%SZ"
_DATE = re.compile(r"[0-9]{8}T[0-9]{6}Z")
_REGION = re.compile(r"[a-z]{2,8}(-[a-z]{1,16}){1,3}-[0-9]{1,2}")
_SIGNATURE = re.compile(r"[0-9a-f]{64}")
_MUST_BE_SIGNED = "must be a 'SignedHeader' in the AWS Authorization."


@dataclass(frozen=True, slots=True)
class Wire:
    """A request as it came: path and query still percent-encoded, header names in lower case.

    Texts have one character per byte, as WSGI hands them over.
    """

    method: str
    path: str
    query: bytes | str
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Signed:
    """What a signature says about itself; nothing of it holds before `matches`.

    `amz_date` is the request's own time, `date` the day of the credential scope, `term` the scope's
    last element; `expires` are the seconds that a presigned URL asks for, if it does.
    """

    access_key_id: str
    amz_date: str
    date: str
    region: str
    service: str
    term: str
    signed_headers: tuple[str, ...]
    signature: str = field(repr=False)
    session_token: str | None = field(repr=False)
    presigned: bool
    expires: int | None


def read(wire: Wire) -> Signed:
    """Read the signature of a request, in AWS's order of checks.

    Raises what `presented.read` raises, SignatureDoesNotMatch for headers that had to be signed and
    are not, and IncompleteSignature for a date or a credential that is none.
    """
    parts = presented.read(wire.query, wire.headers)
    names = _signed_headers(wire, parts.signed_headers)
    _check_date(parts.date)
    access_key_id, date, region, service, term = _credential(parts.credential)
    return Signed(
        access_key_id=access_key_id,
        amz_date=parts.date,
        date=date,
        region=region,
        service=service,
        term=term,
        signed_headers=names,
        signature=parts.signature,
        session_token=parts.token,
        presigned=parts.presigned,
        expires=parts.expires,
    )


def check_clock(signed: Signed, now: datetime, skew_seconds: int = 900) -> None:
    """Raise SignatureDoesNotMatch for a request from too long ago, or from too far ahead.

    `now` has a time zone. A presigned URL lives as long as it asks for, 15 minutes at most: STS
    gives it no more.
    """
    age = (now - datetime.fromisoformat(signed.amz_date)).total_seconds()
    lifetime = skew_seconds
    if signed.presigned:
        lifetime = min(signed.expires or LONGEST_PRESIGNED, LONGEST_PRESIGNED)
    if age > lifetime:
        raise SignatureDoesNotMatch(
            f"Signature expired: {signed.amz_date} is now earlier than {_limit(now, -lifetime)}"
        )
    if age < -skew_seconds:
        raise SignatureDoesNotMatch(
            f"Signature not yet current: {signed.amz_date} is still later than "
            f"{_limit(now, skew_seconds)}"
        )


def check_scope(signed: Signed, service: str, regions: Collection[str] | None) -> None:
    """Raise SignatureDoesNotMatch unless the credential scope fits the service and the request.

    `regions` are accepted beside us-east-1; with None, any region that is well-formed is.
    """
    day = signed.amz_date[:8]
    wrong = []
    if not _is_region(signed.region, regions):
        wrong.append(f"Credential should be scoped to a valid region, not '{signed.region}'.")
    if signed.service != service:
        wrong.append(f"Credential should be scoped to correct service: '{service}'.")
    if signed.term != TERMINATOR:
        wrong.append(
            "Credential should be scoped with a valid terminator: "
            f"'{TERMINATOR}', not '{signed.term}'."
        )
    if signed.date != day:
        wrong.append(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from "
            f"HTTP: '{signed.date}' != '{day}', from '{signed.amz_date}'."
        )
    if wrong:
        raise SignatureDoesNotMatch(" ".join(wrong))


def matches(wire: Wire, signed: Signed, secret: str) -> bool:
    """Whether this secret signed this request, over the body that really came; in constant time."""
    if "x-amz-content-sha256" in wire.headers:
        digest = hashlib.sha256(wire.body).hexdigest()
        if wire.headers["x-amz-content-sha256"] != digest:
            return False
    if not _SIGNATURE.fullmatch(signed.signature):
        return False
    try:
        return hmac.compare_digest(signature(wire, signed, secret), signed.signature)
    except UnicodeEncodeError:  # a header that is no string of bytes: nobody can have signed it
        return False


def signature(wire: Wire, signed: Signed, secret: str) -> str:
    """The signature that the request must carry, in lower-case hexadecimal.

    Raises UnicodeEncodeError for a signed header that is not a string of bytes.
    """
    pairs = form.read(wire.query)
    if signed.presigned:
        pairs = [pair for pair in pairs if pair[0] != "X-Amz-Signature"]
    digest = hashlib.sha256(wire.body).hexdigest()
    whole = canonical.request(
        wire.method, wire.path, pairs, wire.headers, signed.signed_headers, digest
    )
    scope = (signed.date, signed.region, signed.service, signed.term)
    hashed = hashlib.sha256(whole).hexdigest()
    text = f"{presented.ALGORITHM}\n{signed.amz_date}\n{'/'.join(scope)}\n{hashed}"
    # The derived key is not cached: four HMACs are about 6 µs of a request that reads rows, and a
    # cache would hold in memory what is as good as the secret, and the secret itself as its key.
    key = f"AWS4{secret}".encode()
    for part in (*scope, text):
        key = hmac.digest(key, part.encode(), "sha256")
    return key.hex()


def _signed_headers(wire: Wire, listed: str) -> tuple[str, ...]:
    """The names, in the one way to list them: all `x-amz-` headers, and none that is not there."""
    names = tuple(listed.split(";"))
    if "host" not in names:
        raise SignatureDoesNotMatch(f"'Host' or ':authority' {_MUST_BE_SIGNED}")
    for name in wire.headers:
        if name.startswith("x-amz-") and name not in names:
            raise SignatureDoesNotMatch(f"'{name}' {_MUST_BE_SIGNED}")
    if listed != listed.lower() or list(names) != sorted(set(names)):
        raise SignatureDoesNotMatch("'SignedHeaders' must be lower-case, sorted, each name once.")
    for name in names:
        if name not in wire.headers:
            raise SignatureDoesNotMatch(f"The 'SignedHeader' '{name}' is not in the request.")
    return names


def _check_date(given: str) -> None:
    try:
        if _DATE.fullmatch(given):
            datetime.fromisoformat(given)
            return
    except ValueError:
        pass  # well-formed, but of a day or an hour that there is not
    raise IncompleteSignature(
        f"Date must be in ISO-8601 'basic format'. Got '{given}'. "
        "See http://en.wikipedia.org/wiki/ISO_8601"
    )


def _credential(given: str) -> list[str]:
    elements = given.split("/")
    if len(elements) != 5:
        raise IncompleteSignature(
            "Credential must have exactly 5 slash-delimited elements, "
            f"e.g. keyid/date/region/service/term, got '{given}'"
        )
    return elements


def _is_region(region: str, regions: Collection[str] | None) -> bool:
    if regions is None:
        return _REGION.fullmatch(region) is not None
    return region == _HOME_REGION or region in regions


def _limit(now: datetime, seconds: int) -> str:
    """The end of a window as AWS prints it: `20150830T122100Z (20150830T123600Z - 15 min.)`."""
    sign = "-" if seconds < 0 else "+"
    length = f"{abs(seconds)} sec." if seconds % 60 else f"{abs(seconds) // 60} min."
    end = now + timedelta(seconds=seconds)
    return f"{end:{_BASIC}} ({now:{_BASIC}} {sign} {length})"
