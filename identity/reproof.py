"""Proving again who is at the keyboard, before what would outlive a session somebody left open.

Whoever has an MFA device proves it with one; a password is enough for who has none. A recovery code
is not taken: it stands in for a lost device at the sign-in and nowhere else. A sign-in counts for
as long as a proof does. Sessions that credentials opened have nothing to prove here.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.http import HttpRequest

from identity import audit, journal, mfa, own_credentials, passkeys, throttle
from identity.callers import Caller, Kind
from identity.errors import AccessDenied
from identity.facts import Facts
from identity.models import Event, VirtualMfaDevice

LIFETIME = timedelta(minutes=10)
REAUTHENTICATE = "Reauthenticate"
_KEY = "proved_at"


class RefusedError(Exception):
    """Password, code or key is wrong."""


def is_due(request: HttpRequest, signed_in: Caller, now: datetime) -> bool:
    """Whether this session has to prove itself before a sensitive act."""
    if signed_in.kind not in (Kind.ROOT, Kind.USER) or signed_in.session is None:
        return False
    if signed_in.user.mfa_devices.exists():
        last = signed_in.mfa_at
    else:
        kept = request.session.get(_KEY)
        last = datetime.fromisoformat(kept) if kept else signed_in.session.issued_at
    return last is None or last <= now - LIFETIME


def by_password(request: HttpRequest, signed_in: Caller, facts: Facts, password: str) -> None:
    """RefusedError for a wrong one, and for who has a device; Throttling."""
    if signed_in.user.mfa_devices.exists():
        raise RefusedError
    try:
        own_credentials.prove_password(signed_in, facts, password)
    except AccessDenied as problem:
        journal.append(_event(signed_in, facts, "Failure"))
        raise RefusedError from problem
    _keep(request, signed_in, facts, with_mfa=False)


def by_code(request: HttpRequest, signed_in: Caller, facts: Facts, code: str) -> None:
    """A code of any of the person's apps, which works once. RefusedError; Throttling."""
    apps = VirtualMfaDevice.objects.virtual().filter(user=signed_in.user)
    _by_device(
        request,
        signed_in,
        facts,
        lambda: any(mfa.accept(device, code, facts.at) for device in apps),
    )


def by_key(
    request: HttpRequest, signed_in: Caller, facts: Facts, site: passkeys.Site, answer: str
) -> None:
    """What a passkey or security key signed. RefusedError; Throttling."""

    def accepted() -> bool:
        try:
            passkeys.accept(request.session, signed_in.user, site, answer, facts.at)
        except passkeys.RefusedError:
            return False
        return True

    _by_device(request, signed_in, facts, accepted)


def _by_device(
    request: HttpRequest, signed_in: Caller, facts: Facts, accepted: Callable[[], bool]
) -> None:
    throttle.attempt("mfa", signed_in.user_id, facts.source_ip, throttle.SIGNED_IN)
    if not accepted():
        journal.append(_event(signed_in, facts, "Failure"))
        raise RefusedError
    throttle.succeeded("mfa", signed_in.user_id, facts.source_ip, throttle.SIGNED_IN)
    _keep(request, signed_in, facts, with_mfa=True)


def _keep(request: HttpRequest, signed_in: Caller, facts: Facts, *, with_mfa: bool) -> None:
    """The session goes on under a new key; with MFA proved now, which policies may ask for."""
    with transaction.atomic():
        request.session[_KEY] = facts.at.isoformat()
        if with_mfa:
            request.session["mfa_at"] = facts.at.isoformat()
        request.session.cycle_key()
        request.session.save()
        _event(signed_in, facts, "Success").save(force_insert=True)


def _event(signed_in: Caller, facts: Facts, result: str) -> Event:
    error = "Failed authentication" if result == "Failure" else ""
    return audit.signin_event(
        signed_in.account,
        facts,
        REAUTHENTICATE,
        identity=audit.identity_of(signed_in),
        response={REAUTHENTICATE: result},
        error=error,
    )
