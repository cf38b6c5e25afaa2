"""How the demonstrations' programs call this server: real requests, and a trace of each.

A request is signed and encoded as an SDK does it and goes through the whole application, as if it
had come over the network, but without a second thread waiting for the first.
"""

from __future__ import annotations

import io
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import urlencode, urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.parsers import create_parser
from botocore.serialize import create_serializer
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest

from identity.wire import spec

REGION = "us-east-1"
MASK = "••••••••"
SECRETS = frozenset(
    {
        "SecretAccessKey",
        "SessionToken",
        "SigninToken",
        "WebIdentityToken",
        "sessionKey",
        "sessionToken",
        "id_token",
        "access_token",
        "code",
        "code_verifier",
    }
)
_FORM = "application/x-www-form-urlencoded; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Key:
    """What a program signs with; `token` belongs to temporary credentials."""

    id: str
    secret: str
    token: str = ""

    @classmethod
    def of(cls, credentials: Mapping[str, Any]) -> Key:
        """STS's `Credentials` structure."""
        members = ("AccessKeyId", "SecretAccessKey", "SessionToken")
        return cls(*(str(credentials[member]) for member in members))


@dataclass(frozen=True, slots=True)
class Hop:
    """One call of the trace. Secrets are masked in all of it; `python` does the same with boto3."""

    title: str
    request: str
    status: int
    response: str
    python: str
    milliseconds: int

    @property
    def passed(self) -> bool:
        return self.status < 400


class CallFailed(Exception):  # noqa: N818  # what happened, in words
    """The server refused; the last hop of the trace says how."""


@dataclass(slots=True)
class Trace:
    """The calls of one run, in their order."""

    hops: list[Hop] = field(default_factory=list)

    def sts(self, action: str, key: Key | None = None, **params: Any) -> dict[str, Any]:
        """Call an action of STS, signed with the key if there is one. Raises CallFailed."""
        return self._aws("sts", action, key, params)

    def iam(self, action: str, key: Key, **params: Any) -> dict[str, Any]:
        return self._aws("iam", action, key, params)

    def seen(self, title: str, asked: Mapping[str, str], answer: Mapping[str, str]) -> None:
        """Note what a browser was sent for, and what it came back with."""
        self.hops.append(Hop(title, _shown(asked), 302, _shown(answer), "", 0))

    def http(self, method: str, path: str, fields: Mapping[str, str], python: str) -> Any:
        """Call one of our own addresses that answers in JSON. Raises CallFailed."""
        encoded = urlencode(fields)
        url = f"{settings.BASE_URL}{path}"
        began = time.monotonic()
        if method == "GET":
            status, body = _through(method, f"{url}?{encoded}", {}, b"")
        else:
            status, body = _through(method, url, {"Content-Type": _FORM}, encoded.encode())
        answer = _json(body) if status < 400 else {"Error": body.decode(errors="replace")[:500]}
        self._note(f"{method} {path}", _shown(fields), status, answer, python, began)
        return answer

    def _aws(
        self, service: str, action: str, key: Key | None, params: dict[str, Any]
    ) -> dict[str, Any]:
        model = spec.operation(service, action)
        request: Any = _encoded(service, model, params)
        if key is not None:
            signer = Credentials(key.id, key.secret, key.token or None)
            SigV4Auth(signer, service, REGION).add_auth(request)
        began = time.monotonic()
        status, body = _through(
            "POST", f"{settings.BASE_URL}/", dict(request.headers.items()), request.body
        )
        reply = {"status_code": status, "headers": {}, "body": body}
        shape: Any = model.output_shape
        answer: dict[str, Any] = create_parser("query").parse(reply, shape)
        answer.pop("ResponseMetadata", None)
        title = f"{service}:{action}"
        self._note(title, _shown(params), status, answer, _boto3(service, action, params), began)
        return answer

    def _note(
        self, title: str, request: str, status: int, answer: Any, python: str, began: float
    ) -> None:
        spent = round((time.monotonic() - began) * 1000)
        self.hops.append(Hop(title, request, status, _shown(answer), python, spent))
        if status >= 400:
            raise CallFailed(title)


@cache
def _application() -> WSGIHandler:
    return WSGIHandler()


def _through(method: str, url: str, headers: Mapping[str, Any], body: bytes) -> tuple[int, bytes]:
    """Status and body of the answer; the connection to the database stays the outer request's."""
    parts = urlsplit(url)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": parts.path or "/",
        "QUERY_STRING": parts.query,
        "SERVER_NAME": parts.hostname or "",
        "SERVER_PORT": str(parts.port or (443 if parts.scheme == "https" else 80)),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": parts.netloc,
        "HTTP_USER_AGENT": "demonstration",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
        "wsgi.url_scheme": parts.scheme,
        "wsgi.errors": io.StringIO(),
    }
    for name, value in headers.items():
        text = value.decode() if isinstance(value, bytes) else str(value)
        variable = name.upper().replace("-", "_")
        environ[variable if variable == "CONTENT_TYPE" else f"HTTP_{variable}"] = text
    response = _application().get_response(WSGIRequest(environ))
    return response.status_code, b"".join(response)


def _encoded(service: str, model: Any, params: dict[str, Any]) -> AWSRequest:
    """The unsigned request of the AWS Query protocol."""
    made = create_serializer("query").serialize_to_request(params, model)
    return AWSRequest(
        method="POST",
        url=f"{settings.BASE_URL}/",
        data=urlencode(made["body"]),
        headers={"Content-Type": _FORM},
    )


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return {}


def masked(value: Any, name: str = "") -> Any:
    """The value with every secret below it hidden."""
    if isinstance(value, Mapping):
        return {key: masked(one, key) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [masked(one, name) for one in value]
    return MASK if name in SECRETS else value


def _shown(value: Any) -> str:
    """For people: JSON with secrets masked, also those in a member that is JSON itself."""
    hidden = masked(value)
    if isinstance(hidden, dict) and isinstance(hidden.get("Session"), str):
        hidden["Session"] = masked(json.loads(hidden["Session"]))
    return json.dumps(hidden, indent=2, default=str, ensure_ascii=False)


def _boto3(service: str, action: str, params: Mapping[str, Any]) -> str:
    """The same call with boto3; where a secret stands, the name of a variable."""
    lines = [f"    {name}={_value(name, value)}," for name, value in params.items()]
    inside = "\n".join(["", *lines, ""]) if lines else ""
    return f"{service}.{spec.verb(action)}({inside})"


def _value(name: str, value: Any) -> str:
    return spec.verb(name) if name in SECRETS else repr(value)
