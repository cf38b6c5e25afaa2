"""Django's handler of WSGI requests, with a request that knows the type of an SDK's body."""

from __future__ import annotations

from typing import Any

from django.core.handlers.wsgi import WSGIHandler, WSGIRequest

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
    """What `get_wsgi_application` gives, but for the class of its requests."""

    request_class = _Request
