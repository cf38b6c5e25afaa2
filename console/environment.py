"""What the environment may say.

Every setting is a `BARTIZAN_*` variable listed here (and in docs/operating.md), or `DATABASE_URL`.
An unknown `BARTIZAN_*` name stops the start: a misspelt setting must not be silently ignored.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.core.exceptions import ImproperlyConfigured

KNOWN = frozenset(
    {
        "BARTIZAN_ALLOWED_HOSTS",
        "BARTIZAN_BASE_URL",
        "BARTIZAN_CONTACT",
        "BARTIZAN_DATA_DIR",
        "BARTIZAN_DEBUG",
        "BARTIZAN_DEMO",
        "BARTIZAN_OIDC_ALLOWED_NETWORKS",
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
