"""Requests that no SDK would send: bytes over a socket, signed by botocore where needed."""

from __future__ import annotations

import http.client
import socket
from dataclasses import dataclass
from urllib.parse import urlencode

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.credentials import Key
from tests.live_server import LiveServer

FORM = "application/x-www-form-urlencoded; charset=utf-8"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


def signed(
    server: LiveServer, key: Key, body: bytes, service: str = "iam", content_type: str = FORM
) -> dict[str, str]:
    """The headers of a signed POST with this body."""
    request = AWSRequest("POST", server.url + "/", {"Content-Type": content_type}, body)
    SigV4Auth(Credentials(key.id, key.secret), service, "us-east-1").add_auth(request)
    return {name: str(value) for name, value in request.headers.items()}


def post(
    server: LiveServer,
    headers: dict[str, str],
    body: bytes,
    *,
    path: str = "/",
    method: str = "POST",
) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        shown = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, shown, answer.read())
    finally:
        connection.close()


def call(server: LiveServer, key: Key, service: str = "iam", **fields: str) -> Answer:
    """A well-signed call with these fields, whatever they say."""
    version = {"iam": "2010-05-08", "sts": "2011-06-15"}[service]
    body = urlencode({"Version": version, **fields}).encode()
    return post(server, signed(server, key, body, service), body)


def exchange(server: LiveServer, sent: bytes) -> bytes:
    """Send these bytes and read until the server closes or 20 seconds are over."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        received = b""
        while chunk := connection.recv(65536):
            received += chunk
    return received
