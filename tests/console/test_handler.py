"""What the server's handler makes of a request is what Django makes of it."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from django.core.exceptions import BadRequest
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest

from console import handler
from console.handler import Handler
from identity import views

TYPES = [
    "application/x-www-form-urlencoded; charset=utf-8",
    "application/x-www-form-urlencoded",
    "application/x-www-form-urlencoded; charset=latin-1",
    "application/x-www-form-urlencoded; charset=nothing",
    "Application/X-WWW-Form-urlencoded; Charset=UTF-8",
    "text/plain; charset=utf-8",
    "",
]


def request_of(kind: type[WSGIRequest], content_type: str) -> Any:
    body = b"name=L%C3%AD&name=Ana"
    return kind(
        {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": "/",
            "CONTENT_TYPE": content_type,
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body),
        }
    )


def posted(request: WSGIRequest) -> object:
    try:
        return dict(request.POST)
    except BadRequest as problem:
        return str(problem)


@pytest.mark.parametrize("content_type", TYPES)
def test_the_type_of_a_body_is_read_as_django_reads_it(content_type: str) -> None:
    ours = request_of(Handler.request_class, content_type)
    theirs = request_of(WSGIRequest, content_type)
    assert (ours.content_type, ours.content_params) == (theirs.content_type, theirs.content_params)
    assert posted(ours) == posted(theirs)
    assert (ours.encoding or "utf-8") == (theirs.encoding or "utf-8")


def answer_of(
    kind: type[WSGIHandler], method: str, path: str, body: bytes = b"", **more: str
) -> Any:
    """Status, headers and body."""
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "CONTENT_TYPE": TYPES[0],
        "CONTENT_LENGTH": str(len(body)),
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        **more,
    }
    told: list[Any] = []

    def start(*given: Any) -> None:
        told.extend(given)

    made: Any = kind()
    answer = b"".join(made(environ, start))
    status, headers, *_ = told
    kept = {name: value for name, value in headers if name not in VARIED}
    return status, kept, re.sub(rb"[0-9a-f-]{36}", b"ID", answer)


VARIED = ("x-amzn-RequestId", "Content-Length", "Set-Cookie")
CALLS = {
    "a call": ("POST", "/", b"Action=GetCallerIdentity&Version=2011-06-15"),
    "what is no action": ("POST", "/", b"Action=Nothing&Version=2010-05-08"),
    "another method": ("PUT", "/", b""),
    "a page": ("GET", "/sign-in", b""),
    "nothing": ("GET", "/nothing", b""),
}


@pytest.mark.parametrize("https", [False, True])
@pytest.mark.parametrize(("method", "path", "body"), CALLS.values(), ids=CALLS)
def test_an_answer_is_the_one_of_the_middleware(
    db: None, settings: Any, method: str, path: str, body: bytes, https: bool
) -> None:
    settings.HTTPS = https
    given = {"HTTP_AUTHORIZATION": "AWS4-HMAC-SHA256 nothing"} if path == "/" else {}
    ours = answer_of(Handler, method, path, body, **given)
    theirs = answer_of(WSGIHandler, method, path, body, **given)
    assert ours[:2] == theirs[:2]
    assert path != "/" or ours[2] == theirs[2]  # a page has other tokens each time


def test_connections_are_looked_after_whatever_happens(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[bool] = []
    monkeypatch.setattr(handler, "close_old_connections", lambda: looked.append(True))
    answer_of(Handler, "POST", "/", b"Action=Nothing")
    monkeypatch.setattr(views, "endpoint", _interrupted)
    with pytest.raises(KeyboardInterrupt):
        answer_of(Handler, "POST", "/", b"Action=Nothing")
    assert looked == [True, True]


def _interrupted(request: Any) -> None:
    raise KeyboardInterrupt
