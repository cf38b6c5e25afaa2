"""The server's entry: static files by whitenoise in front, everything else by Django.

Whitenoise looks the path up in a dictionary it made at the start; an SDK call pays a microsecond.
"""

import os
from collections.abc import MutableMapping
from typing import Any

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from whitenoise import WhiteNoise

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings")

_FORM_TYPE = "application/x-www-form-urlencoded"
_FORM = f"{_FORM_TYPE}; charset=utf-8"
# A hash in the name: the file never changes, browsers need not ask again.
_HASHED = r"^.+\.[0-9a-f]{12}\..+$"


def _secure(headers: MutableMapping[str, str], path: str, url: str) -> None:
    """What console/middleware.py gives to pages, as far as it concerns files."""
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["X-Frame-Options"] = "DENY"
    if settings.HTTPS:
        headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"


class _Request(WSGIRequest):
    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        """As Django's, which reads it anew each time, for the type that SDKs and forms have."""
        if meta.get("CONTENT_TYPE") == _FORM:
            self.content_type, self.content_params = _FORM_TYPE, {"charset": "utf-8"}
        else:
            super()._set_content_type_params(meta)  # type: ignore[misc]  # the stubs lack it


class _Handler(WSGIHandler):
    request_class = _Request


def _handler() -> WSGIHandler:
    """As Django's `get_wsgi_application`."""
    django.setup(set_prefix=False)
    return _Handler()


application = WhiteNoise(
    _handler(),
    root=settings.STATIC_ROOT,
    prefix=settings.STATIC_URL,
    max_age=0 if settings.DEBUG else 60,
    immutable_file_test=_HASHED,
    allow_all_origins=False,
    add_headers_function=_secure,
)
