"""What browsers send at the end of a WebAuthn ceremony, read without trust."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TypeVar

from webauthn.helpers import base64url_to_bytes, structs

Verified = TypeVar("Verified")


class RefusedError(Exception):
    """What the browser sent does not prove the key."""


def checked(verify: Callable[[], Verified]) -> Verified:
    """Whatever a stranger's bytes break in the library is a refusal like any other."""
    try:
        return verify()
    except Exception as problem:
        raise RefusedError from problem


def refuse_frames(answer: str) -> None:
    """A ceremony in another site's frame is none of ours (§7.1 step 10, §7.2 step 13)."""
    data = json.loads(base64url_to_bytes(json.loads(answer)["response"]["clientDataJSON"]))
    if data.get("crossOrigin") or data.get("topOrigin"):
        raise RefusedError


def handle(answer: str) -> str | None:
    """Whose key the authenticator says it is, if it does."""
    handle = checked(lambda: json.loads(answer)["response"].get("userHandle"))
    return checked(lambda: base64url_to_bytes(handle).decode()) if handle else None


def transports(answer: str) -> list[str]:
    """How the browser says the key is reached: a hint for later, so what is unknown is dropped."""
    given = json.loads(answer)["response"].get("transports")
    known = {one.value for one in structs.AuthenticatorTransport}
    return [one for one in given if one in known] if isinstance(given, list) else []
