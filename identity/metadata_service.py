"""An instance metadata service, version 2 only, for programs on this machine.

It answers what SDKs ask for credentials, and a little around it:
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html
"""

from __future__ import annotations

import json
import logging
import re
import secrets
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from django.db import OperationalError, connection

from identity.errors import AccessDenied, NoSuchEntity
from identity.instance_profiles import Instance

logger = logging.getLogger(__name__)

TOKEN_PATH = "/latest/api/token"
_METADATA = "/latest/meta-data/"
_CREDENTIALS = f"{_METADATA}iam/security-credentials/"
_TTL = "X-aws-ec2-metadata-token-ttl-seconds"
_TOKEN = "X-aws-ec2-metadata-token"
_SECONDS, _LONGEST_TTL = re.compile("[0-9]{1,5}"), 21_600
_TOKENS_AT_ONCE = 1_000
_HOSTS = ("127.0.0.1", "localhost", "169.254.169.254")


class Tokens:
    """Session tokens and when they end, in memory: a restart asks clients for new ones."""

    def __init__(self) -> None:
        self._ends: dict[str, float] = {}
        self._lock = threading.Lock()

    def issue(self, seconds: int) -> str:
        """A new token; of too many that live at once the oldest goes."""
        token, now = secrets.token_urlsafe(42), time.monotonic()
        with self._lock:
            self._ends = {one: end for one, end in self._ends.items() if end > now}
            while len(self._ends) >= _TOKENS_AT_ONCE:
                del self._ends[next(iter(self._ends))]
            self._ends[token] = now + seconds
        return token

    def holds(self, token: str) -> bool:
        """Found by its hash in a dict: 336 random bits are not guessed by their time."""
        return self._ends.get(token, 0) > time.monotonic()


@dataclass(frozen=True)
class Answer:
    status: int
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)


class MetadataServer(ThreadingHTTPServer):
    """Serves one instance on a port of 127.0.0.1; answers travel one hop, as IMDSv2's do."""

    daemon_threads = True

    def __init__(self, port: int, instance: Instance) -> None:
        self.instance, self.tokens = instance, Tokens()
        super().__init__(("127.0.0.1", port), _Handler)
        self.socket.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, 1)


class _Handler(BaseHTTPRequestHandler):
    server: MetadataServer
    timeout = 5
    server_version, sys_version = "EC2ws", ""

    def do_PUT(self) -> None:
        self._send(self._refused() or self._token())

    def do_GET(self) -> None:
        self._send(self._refused() or self._without_token() or self._document())

    def _refused(self) -> Answer | None:
        """Nobody in between: no proxy, and no page in a browser that has our address by a name."""
        host = self.headers.get("Host", "").partition(":")[0]
        if "X-Forwarded-For" in self.headers or host not in _HOSTS:
            return Answer(403)
        return None

    def _token(self) -> Answer:
        asked = self.headers.get(_TTL, "")
        if self.path != TOKEN_PATH:
            return Answer(404)
        if not _SECONDS.fullmatch(asked) or not 1 <= int(asked) <= _LONGEST_TTL:
            return Answer(400)
        return Answer(200, self.server.tokens.issue(int(asked)), {_TTL: asked})

    def _without_token(self) -> Answer | None:
        """Version 1, which asks without a token, is not served."""
        return None if self.server.tokens.holds(self.headers.get(_TOKEN, "")) else Answer(401)

    def _document(self) -> Answer:
        try:
            return document(self.server.instance, self.path)
        except NoSuchEntity:
            return Answer(404)
        except OperationalError:
            logger.exception("the database did not answer")
            return Answer(503)
        except Exception:
            logger.exception("metadata cannot be told")
            return Answer(500)
        finally:
            connection.close()  # of this request's thread

    def _send(self, answer: Answer) -> None:
        body = answer.body.encode()
        self.send_response(answer.status)
        kind = "application/json" if answer.body.startswith("{") else "text/plain"
        for name, value in {"Content-Type": kind, **answer.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 # inherited
        """Requests are many and say nothing; what is issued is in the audit log."""


def document(instance: Instance, path: str) -> Answer:
    """What stands at a path of the metadata. NoSuchEntity where nothing does."""
    if path.startswith(_CREDENTIALS) and path != _CREDENTIALS:
        return _credentials(instance, path.removeprefix(_CREDENTIALS))
    find = _DOCUMENTS.get(path)
    if find is None:
        raise NoSuchEntity(path)
    return Answer(200, find(instance))


def _credentials(instance: Instance, name: str) -> Answer:
    """As EC2 does, a role that does not trust EC2 is told by a code under status 200."""
    if instance.role().name != name:
        raise NoSuchEntity(name)
    try:
        given = instance.credentials()
    except AccessDenied as problem:
        refusal = {"Code": "AssumeRoleUnauthorizedAccess", "Message": problem.message}
        return Answer(200, json.dumps(refusal))
    told = {
        "Code": "Success",
        "LastUpdated": _time(given["LastUpdated"]),
        "Type": "AWS-HMAC",
        "AccessKeyId": given["AccessKeyId"],
        "SecretAccessKey": given["SecretAccessKey"],
        "Token": given["SessionToken"],
        "Expiration": _time(given["Expiration"]),
    }
    return Answer(200, json.dumps(told, indent=2))


def _info(instance: Instance) -> str:
    profile, given = instance.profile(), instance.credentials()
    told = {
        "Code": "Success",
        "LastUpdated": _time(given["LastUpdated"]),
        "InstanceProfileArn": profile.arn,
        "InstanceProfileId": profile.unique_id,
    }
    return json.dumps(told, indent=2)


def _time(moment: Any) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


_DOCUMENTS: dict[str, Callable[[Instance], str]] = {
    _CREDENTIALS: lambda instance: instance.role().name,
    _CREDENTIALS.rstrip("/"): lambda instance: instance.role().name,
    f"{_METADATA}iam/info": _info,
    f"{_METADATA}instance-id": lambda instance: instance.id,
    f"{_METADATA}placement/region": lambda instance: "us-east-1",
    f"{_METADATA}placement/availability-zone": lambda instance: "us-east-1a",
}
