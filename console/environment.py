"""What the environment may say.

Every setting is a `BARTIZAN_*` variable listed here (and in docs/operating.md), or `DATABASE_URL`.
An unknown `BARTIZAN_*` name stops the start: a misspelt setting must not be silently ignored.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

KNOWN = frozenset(
    {
        "BARTIZAN_ALLOWED_HOSTS",
        "BARTIZAN_BASE_URL",
        "BARTIZAN_CONTACT",
        "BARTIZAN_DATA_DIR",
        "BARTIZAN_DEBUG",
        "BARTIZAN_DEMO",
        "BARTIZAN_MAIL_FROM",
        "BARTIZAN_MAIL_URL",
        "BARTIZAN_OIDC_ALLOWED_NETWORKS",
        "BARTIZAN_RECOVERY_HOURS",
        "BARTIZAN_REGIONS",
        "BARTIZAN_SECRET_KEY",
        "BARTIZAN_TRUSTED_PROXIES",
        "BARTIZAN_VAULT_KEYS",
    }
)


def refuse_unknown(environment: Mapping[str, str]) -> None:
    """Raise ImproperlyConfigured naming every `BARTIZAN_*` variable that nothing reads."""
    unknown = sorted(
        name for name in environment if name.startswith("BARTIZAN_") and name not in KNOWN
    )
    if unknown:
        names = ", ".join(f"`{name}`" for name in unknown)
        raise ImproperlyConfigured(f"unknown setting {names}; see docs/operating.md")


_MAIL_SCHEMES = ("smtp", "smtp+tls", "smtp+ssl")


def mail_server(url: str) -> dict[str, Any]:
    """Django's settings of the server at the address of `BARTIZAN_MAIL_URL`; none for none."""
    if not url:
        return {}
    scheme, host = urlsplit(url).scheme, urlsplit(url).hostname
    if scheme not in _MAIL_SCHEMES or not host:
        raise ImproperlyConfigured(
            f"`BARTIZAN_MAIL_URL` must begin with {', '.join(_MAIL_SCHEMES)} and name a host"
        )
    found = environ.Env.email_url_config(url)
    names = ("HOST", "PORT", "HOST_USER", "HOST_PASSWORD", "USE_TLS", "USE_SSL", "BACKEND")
    return {f"EMAIL_{name}": found[f"EMAIL_{name}"] for name in names if f"EMAIL_{name}" in found}
