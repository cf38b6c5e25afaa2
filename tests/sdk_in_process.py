"""boto3 against the project without a socket: botocore signs, Django carries, botocore parses."""

from __future__ import annotations

import io
from typing import Any

import boto3
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.config import Config
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


def sdk(service: str, key: Key, region: str = "us-east-1") -> Any:
    """An unmodified boto3 client whose requests are answered by this process.

    Client-side parameter checks are off, so that the server's own validation is what is seen.
    """
    client: Any = _session.client(  # type: ignore[call-overload]  # any service
        service,
        endpoint_url=ENDPOINT,
        region_name=region,
        aws_access_key_id=key.id,
        aws_secret_access_key=key.secret,
        aws_session_token=key.token,
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
