"""boto3 against the project without a socket: botocore signs, Django carries, botocore parses."""

from __future__ import annotations

import io
from collections import defaultdict
from typing import Any

import boto3
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.config import Config
from botocore.credentials import Credentials
from django.test import Client

from tests.factories import Key

ENDPOINT = "http://testserver"
_ONCE = Config(retries={"total_max_attempts": 1}, parameter_validation=False)


class _Raw(io.BytesIO):
    """What botocore expects of urllib3's response."""

    def stream(self, amt: int = 65536, decode_content: bool | None = None) -> Any:
        while chunk := self.read(amt):
            yield chunk


_session = boto3.session.Session()
_idle: dict[tuple[str, str], list[Any]] = defaultdict(list)
_busy: list[tuple[tuple[str, str], Any]] = []


def sdk(service: str, key: Key, region: str = "us-east-1") -> Any:
    """A boto3 client whose requests are answered by this process.

    Client-side parameter checks are off, so that the server's own validation is what is seen.
    """
    idle = _idle[service, region]
    client = idle.pop() if idle else _made(service, region)
    # The signer reads its credentials at every request.
    client._request_signer._credentials = Credentials(key.id, key.secret, key.token)
    _busy.append(((service, region), client))
    return client


def release() -> None:
    """Let the next test have this one's clients: to make one takes longer than to use it."""
    while _busy:
        kind, client = _busy.pop()
        _idle[kind].append(client)


def _made(service: str, region: str) -> Any:
    client: Any = _session.client(  # type: ignore[call-overload]  # any service
        service,
        endpoint_url=ENDPOINT,
        region_name=region,
        aws_access_key_id="AKIA",
        aws_secret_access_key="secret",
        config=_ONCE,
    )
    client.meta.events.register(f"before-send.{service}", _send)
    return client


def _send(request: AWSPreparedRequest, **_: Any) -> AWSResponse:
    headers = {name: _text(value) for name, value in request.headers.items()}
    content_type = headers.pop("Content-Type", "application/x-www-form-urlencoded")
    path = str(request.url).removeprefix(ENDPOINT)
    body = request.body.encode() if isinstance(request.body, str) else request.body or b""
    answer = Client(headers={**headers, "host": "testserver"}).generic(
        request.method, path, data=body, content_type=content_type
    )
    headers_back = HTTPHeaders.from_dict(dict(answer.headers))
    return AWSResponse(str(request.url), answer.status_code, headers_back, _Raw(answer.content))


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value
