"""The server's entry: static files by whitenoise in front, everything else by Django.

Whitenoise looks the path up in a dictionary it made at the start; an SDK call pays a microsecond.
"""

import os
from collections.abc import MutableMapping

import django
from django.conf import settings
from django.utils.module_loading import import_string
from whitenoise import WhiteNoise

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings")

# A hash in the name: the file never changes, browsers need not ask again.
_HASHED = r"^.+\.[0-9a-f]{12}\..+$"


def _secure(headers: MutableMapping[str, str], path: str, url: str) -> None:
    """What console/middleware.py gives to pages, as far as it concerns files."""
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["X-Frame-Options"] = "DENY"
    if settings.HTTPS:
        headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"


django.setup(set_prefix=False)
application = WhiteNoise(
    import_string("console.handler.Handler")(),  # whose models want Django to be set up
    root=settings.STATIC_ROOT,
    prefix=settings.STATIC_URL,
    max_age=0 if settings.DEBUG else 60,
    immutable_file_test=_HASHED,
    allow_all_origins=False,
    add_headers_function=_secure,
)
