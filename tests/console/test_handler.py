"""What the server's handler says of a request is what Django says of it."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.exceptions import BadRequest
from django.core.handlers.wsgi import WSGIRequest

from console.handler import Handler

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
