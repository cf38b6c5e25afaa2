"""Malformed, oversized and odd requests: an AWS error in XML, never HTML, never a traceback."""

from __future__ import annotations

import sqlite3
import xml.etree.ElementTree as ElementTree
from urllib.parse import quote

import pytest

from tests.factories import Key
from tests.live_server import LiveServer
from tests.sdk.raw import FORM, Answer, call, exchange, post, signed

WHO = b"Action=GetCallerIdentity&Version=2011-06-15"


def error_of(answer: Answer) -> str:
    """The error's code; fails unless the answer is an AWS error document."""
    assert answer.headers["content-type"].startswith("text/xml")
    assert b"Traceback" not in answer.body
    assert b"<html" not in answer.body.lower()
    root = ElementTree.fromstring(answer.body)
    code = root.find(".//{*}Error/{*}Code")
    assert code is not None, answer.body
    assert root.find(".//{*}RequestId") is not None
    return str(code.text)


def users(server: LiveServer, key: Key) -> list[str]:
    return [u["UserName"] for u in server.client("iam", key).list_users()["Users"]]


def test_a_chunked_body_is_refused_with_411(server: LiveServer, root_key: Key) -> None:
    headers = "".join(f"{k}: {v}\r\n" for k, v in signed(server, root_key, WHO, "sts").items())
    received = exchange(
        server,
        f"POST / HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nTransfer-Encoding: chunked\r\n"
        f"Connection: close\r\n{headers}\r\n".encode()
        + b"%x\r\n%s\r\n0\r\n\r\n" % (len(WHO), WHO),
    )
    assert received.startswith(b"HTTP/1.1 411")
    assert b"<Code>MissingContentLength</Code>" in received


def test_a_body_over_a_mebibyte_is_refused_with_413(server: LiveServer, root_key: Key) -> None:
    body = WHO + b"&x=" + b"a" * 1024 * 1024
    answer = post(server, signed(server, root_key, body, "sts"), body)
    assert (answer.status, error_of(answer)) == (413, "RequestEntityTooLarge")


def test_a_body_said_to_be_a_terabyte_is_refused_without_waiting_for_it(server: LiveServer) -> None:
    received = exchange(
        server,
        f"POST / HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
        f"Content-Length: 1099511627776\r\nConnection: close\r\n\r\n".encode(),
    )
    assert received.startswith(b"HTTP/1.1 413")


@pytest.mark.parametrize(
    "fields",
    [
        {"Action": "CreateUser"},
        {"Action": "CreateUser", "UserName": ""},
        {"Action": "CreateUser", "UserName": "a" * 65},
        {"Action": "CreateUser", "UserName": "a/b"},
        {"Action": "CreateUser", "UserName": "naïve"},
        {"Action": "CreateUser", "UserName": "nul\0"},
        {"Action": "CreateUser", "UserName": "line\nbreak"},
        {"Action": "CreateUser", "UserName": "\u202eli"},
        {"Action": "CreateUser", "UserName": "💥"},
        {"Action": "CreateUser", "UserName": "li", "Path": "no-slashes"},
        {"Action": "CreateUser", "UserName": "li", "Tags.member.1.Key": "k"},
        {"Action": "CreateUser", "UserName": "li", "Tags.member.x.Key": "k"},
        {"Action": "CreateUser", "UserName": "li", "Tags.member.99999999999.Key": "k"},
        {"Action": "ListUsers", "MaxItems": "0"},
        {"Action": "ListUsers", "MaxItems": "many"},
        {"Action": "ListUsers", "MaxItems": "9" * 400},
        {"Action": "ListUsers", "Marker": "forged"},
        {
            "Action": "PutUserPolicy",
            "UserName": "x",
            "PolicyName": "p",
            "PolicyDocument": "[" * 9000,
        },
    ],
)
def test_a_malformed_parameter_changes_nothing_and_is_named_in_xml(
    server: LiveServer, root_key: Key, fields: dict[str, str]
) -> None:
    before = users(server, root_key)
    answer = call(server, root_key, **fields)
    assert 400 <= answer.status < 500
    error_of(answer)
    assert users(server, root_key) == before


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"Action=",
        b"Action=GetUser",
        b"Action=NoSuchAction&Version=2010-05-08",
        b"Action=GetUser&Version=1999-01-01",
        b"Action=GetHumanReadableSummary&Version=2010-05-08",
        b"Action=GetUser&Version=2010-05-08&UserName=a&UserName=b",
        b"Action=GetUser&Action=ListUsers&Version=2010-05-08",
        b"Action=GetUser&Version=2010-05-08&UserName=%ff%fe",
        b"Action=GetUser&Version=2010-05-08&UserName=%zz",
        b"\xff\xfe\x00\x01",
        b"&&&===%%%",
        b'{"Action": "GetUser"}',
    ],
)
def test_a_malformed_body_is_an_error_in_xml(
    server: LiveServer, root_key: Key, body: bytes
) -> None:
    answer = post(server, signed(server, root_key, body), body)
    assert 400 <= answer.status < 500
    error_of(answer)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Authorization", "AWS4-HMAC-SHA256"),
        ("Authorization", "AWS4-HMAC-SHA256 Credential=, SignedHeaders=, Signature="),
        ("Authorization", "AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=x, Signature=y"),
        ("Authorization", "Basic cm9vdDpyb290"),
        ("Authorization", "AWS4-HMAC-SHA256 " + "x" * 5000),
        ("X-Amz-Date", "yesterday"),
        ("X-Amz-Date", "20010101T000000Z"),
        ("X-Amz-Date", "99999999T999999Z"),
        ("X-Amz-Date", ""),
        ("X-Amz-Security-Token", "forged"),
        ("Content-Type", "application/json"),
        ("Content-Type", "text/xml"),
    ],
)
def test_a_header_that_was_tampered_with_is_refused_in_xml(
    server: LiveServer, root_key: Key, name: str, value: str
) -> None:
    headers = {**signed(server, root_key, WHO, "sts"), name: value}
    answer = post(server, headers, WHO)
    assert 400 <= answer.status < 500
    error_of(answer)


def test_without_a_signature_nothing_is_answered(server: LiveServer) -> None:
    answer = post(server, {"Content-Type": FORM}, WHO)
    assert (answer.status, error_of(answer)) == (403, "MissingAuthenticationToken")


def test_an_action_of_a_later_release_says_so(server: LiveServer, root_key: Key) -> None:
    answer = call(server, root_key, Action="GetHumanReadableSummary", EntityArn="arn:aws:iam::1:x")
    assert error_of(answer) == "InvalidAction"
    assert b"not answered by this release" in answer.body


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_another_method_with_a_signature_gets_405(
    server: LiveServer, root_key: Key, method: str
) -> None:
    answer = post(server, signed(server, root_key, WHO, "sts"), WHO, method=method)
    assert answer.status == 405
    error_of(answer)


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 200 + b"\r\n",
        b"GET / HTTP/1.1\r\nX: " + b"y" * 9000 + b"\r\n\r\n",
    ],
)
def test_what_is_not_http_harms_nobody(server: LiveServer, root_key: Key, sent: bytes) -> None:
    received = exchange(server, sent)
    assert b"Traceback" not in received
    assert not received or received.split()[1].startswith(b"4")
    server.client("sts", root_key).get_caller_identity()


def test_an_unknown_host_gets_no_page(server: LiveServer) -> None:
    received = exchange(
        server, b"GET /sign-in HTTP/1.1\r\nHost: evil.test\r\nConnection: close\r\n\r\n"
    )
    assert received.startswith(b"HTTP/1.1 400")
    assert b"evil.test" not in received


@pytest.mark.parametrize(
    "path", ["/static/../console/settings.py", "/static/%2e%2e/manage.py", "/%00"]
)
def test_no_path_leads_out_of_the_static_files(server: LiveServer, path: str) -> None:
    answer = post(server, {}, b"", path=path, method="GET")
    assert answer.status in (302, 400, 404)
    assert b"django" not in answer.body


def test_static_files_have_hashed_names_and_may_be_kept_for_ever(server: LiveServer) -> None:
    page = post(server, {}, b"", path="/sign-in", method="GET").body.decode()
    style = page.split('rel="stylesheet" href="')[1].split('"')[0]
    answer = post(server, {"Accept-Encoding": "gzip"}, b"", path=quote(style), method="GET")
    assert answer.status == 200
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"


def test_while_another_process_holds_the_database_a_change_waits_then_gets_503(
    server: LiveServer, root_key: Key
) -> None:
    holder = sqlite3.connect(server.data / "bartizan.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        answer = call(server, root_key, Action="CreateUser", UserName="Waiting")
        reading = call(server, root_key, "sts", Action="GetCallerIdentity")
    finally:
        holder.execute("ROLLBACK")
        holder.close()
    assert (answer.status, error_of(answer)) == (503, "ServiceUnavailable")
    assert answer.headers["retry-after"] == "1"
    assert reading.status == 200
    assert "Waiting" not in users(server, root_key)
