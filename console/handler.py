"""Django's handler of WSGI requests, which SDK calls pass by."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.db import close_old_connections

from console.middleware import secure_headers
from identity import views

_FORM_TYPE = "application/x-www-form-urlencoded"
_FORM = f"{_FORM_TYPE}; charset=utf-8"


class _Request(WSGIRequest):
    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        """As Django's, which takes a type apart anew each time, for the one that SDKs send."""
        if meta.get("CONTENT_TYPE") == _FORM:
            self.content_type, self.content_params = _FORM_TYPE, {"charset": "utf-8"}
        else:
            super()._set_content_type_params(meta)  # type: ignore[misc]  # the stubs lack it


class Handler(WSGIHandler):
    """What `get_wsgi_application` gives; but an SDK call goes straight to the endpoint.

    It needs no addresses, middleware or signals, which take a tenth of the time of a call. Where
    there is only the middleware, as in tests, that sends calls to the same endpoint.
    """

    request_class = _Request

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        request = self.request_class(environ)
        if not views.is_for_endpoint(request):
            return super().__call__(environ, start_response)
        try:
            response = views.endpoint(request)
        finally:
            close_old_connections()
        headers = {**secure_headers(), **dict(response.items())}
        start_response(f"{response.status_code} {response.reason_phrase}", list(headers.items()))
        return [response.content]
