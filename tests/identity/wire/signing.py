"""Requests as the server reads them: signed by botocore, or with a signature of nobody's."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote, urlencode, urlsplit

import pytest
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from identity.errors import AwsError
from identity.wire import sigv4
from identity.wire.sigv4 import Wire

SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
KEY = "AKIAIOSFODNN7EXAMPLE"
HOST = "127.0.0.1:8000"

DATE = "20150830T123600Z"
CREDENTIAL = f"{KEY}/20150830/us-east-1/iam/aws4_request"
SIGNATURE = "0" * 64
INCOMPLETE, MISMATCH = ("IncompleteSignature", 400), ("SignatureDoesNotMatch", 403)
PARTS = {"Credential": CREDENTIAL, "SignedHeaders": "host;x-amz-date", "Signature": SIGNATURE}


def signed(
    method: str = "POST",
    target: str = "/",
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
    token: str | None = None,
) -> Wire:
    """A request with an Authorization header, for STS in us-east-1."""
    request = _request(method, target, headers, body)
    SigV4Auth(Credentials(KEY, SECRET, token), "sts", "us-east-1").add_auth(request)
    return _wire(request, body)


def presigned(
    target: str = "/",
    *,
    headers: Mapping[str, str] | None = None,
    token: str | None = None,
    expires: int = 60,
) -> Wire:
    """A presigned GET, for STS in us-east-1; `target` has at least one parameter."""
    request = _request("GET", target, headers, b"")
    credentials = Credentials(KEY, SECRET, token)
    SigV4QueryAuth(credentials, "sts", "us-east-1", expires=expires).add_auth(request)
    return _wire(request, b"")


def accepted(wire: Wire, secret: str = SECRET) -> bool:
    """Whether a server that knows the secret takes the request; no other failure than refusals."""
    try:
        read = sigv4.read(wire)
        sigv4.check_scope(read, "sts", None)
    except AwsError:
        return False
    return sigv4.matches(wire, read, secret)


def authorization(parts: Mapping[str, str] = PARTS, *, without: str = "", **changed: str) -> str:
    given = {name: value for name, value in {**parts, **changed}.items() if name != without}
    return "AWS4-HMAC-SHA256 " + ", ".join(f"{name}={value}" for name, value in given.items())


def headed(
    header: str | None = None, *, query: str = "", date: str | None = DATE, **more: str
) -> Wire:
    """A request with an Authorization header that no secret made; `x_amz_a` is `x-amz-a`."""
    headers = {"host": "localhost", "authorization": authorization() if header is None else header}
    if date is not None:
        headers["x-amz-date"] = date
    headers |= {name.replace("_", "-"): value for name, value in more.items()}
    return Wire("POST", "/", query, headers, b"")


def queried(*, without: str = "", query: str = "", **changed: str) -> Wire:
    """A presigned request that no secret made; `Expires` is `X-Amz-Expires`."""
    parts = {
        "Algorithm": "AWS4-HMAC-SHA256",
        "Credential": CREDENTIAL,
        "Date": DATE,
        "Expires": "60",
        "SignedHeaders": "host",
        "Signature": SIGNATURE,
    }
    given = {f"X-Amz-{name}": value for name, value in {**parts, **changed}.items()}
    given.pop(f"X-Amz-{without}", None)
    return Wire("GET", "/", urlencode(given, quote_via=quote) + query, {"host": "localhost"}, b"")


def refusal(wire: Wire) -> tuple[str, int, str]:
    with pytest.raises(AwsError) as caught:
        sigv4.read(wire)
    return caught.value.code, caught.value.status, caught.value.message


def bad_date(given: str) -> str:
    return (
        f"Date must be in ISO-8601 'basic format'. Got '{given}'. "
        "See http://en.wikipedia.org/wiki/ISO_8601"
    )


def bad_credential(given: str) -> str:
    return (
        "Credential must have exactly 5 slash-delimited elements, "
        f"e.g. keyid/date/region/service/term, got '{given}'"
    )


def _request(
    method: str, target: str, headers: Mapping[str, str] | None, body: bytes
) -> AWSRequest:
    sent = {"Host": HOST, **(headers or {})}
    return AWSRequest(method, f"http://{HOST}{target}", data=body, headers=sent)


def _wire(request: AWSRequest, body: bytes) -> Wire:
    parts = urlsplit(str(request.url))
    headers = {name.lower(): str(value) for name, value in request.headers.items()}
    return Wire(str(request.method), parts.path, parts.query, headers, body)
