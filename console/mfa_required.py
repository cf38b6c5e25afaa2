"""The account's setting that the console asks for MFA: who is held up by it, and where not."""

from __future__ import annotations

from typing import Any

from identity.callers import Caller, Kind
from identity.models import ConsoleSettings

# What stays open: adding a device (names of pages that begin so), leaving, and what helps with it.
_DEVICES = ("me-mfa", "me-recovery-codes")
_OPEN = frozenset(
    {"sign-out", "session", "theme", "preferences-zone", "help", "help-topic"} | {"reauthenticate"}
)


def lacks_it(signed_in: Caller | None) -> bool:
    """Whether a password alone opened the session, and the account wants more."""
    if signed_in is None or signed_in.kind not in (Kind.ROOT, Kind.USER) or signed_in.mfa_at:
        return False
    return ConsoleSettings.of(signed_in.account).require_mfa


def stands_before(request: Any) -> bool:
    """Whether the page of this request stays closed for that."""
    name = request.resolver_match.url_name or ""
    is_open = name in _OPEN or name.startswith(_DEVICES)
    return not is_open and lacks_it(request.signed_in)
