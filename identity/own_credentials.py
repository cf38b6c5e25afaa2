"""What people do to their own credentials that no AWS action covers.

Root's password (ChangePassword is for IAM users only), recovery codes, and the proof by password
that goes before both. As at the gateway: checked first, then changed and recorded together.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction

from identity import audit, journal, mail, mfa, passwords, recovery, throttle
from identity.callers import Caller
from identity.errors import AccessDenied, AwsError, PasswordPolicyViolation
from identity.facts import Facts
from identity.models import Event, RecoveryCode, VirtualMfaDevice

PASSWORD_UPDATED = "PasswordUpdated"
RECOVERY_CODES_CREATED = "RecoveryCodesCreated"
KEY_RENAMED = "MFADeviceRenamed"


def prove_password(caller: Caller, facts: Facts, password: str) -> None:
    """Raise AccessDenied unless it is the caller's own password.

    Counted before it is hashed (Throttling); so call it outside a transaction.
    """
    throttle.attempt("password", caller.user_id, facts.source_ip, throttle.SIGNED_IN)
    if not passwords.verify(caller.user, password):
        raise AccessDenied("The password is not correct.")
    throttle.succeeded("password", caller.user_id, facts.source_ip, throttle.SIGNED_IN)


def change_root_password(caller: Caller, facts: Facts, *, old: str, new: str) -> None:
    """Give root a new password; the caller re-binds the session, every other one ends.

    Raises AccessDenied for a wrong old password or a caller that is not root, Throttling,
    PasswordPolicyViolation (the account's own password policy never applies to root) and
    EntityTemporarilyUnmodifiable.
    """
    try:
        _change_root_password(caller, facts, old, new)
    except AwsError as problem:
        journal.append(_event(caller, facts, PASSWORD_UPDATED, "Failure", error=problem.message))
        raise


def _change_root_password(caller: Caller, facts: Facts, old: str, new: str) -> None:
    if not caller.is_root:
        raise AccessDenied("Only the root user can change the root user's password.")
    prove_password(caller, facts, old)
    if old == new:
        raise PasswordPolicyViolation("Password should differ from the one that it replaces.")
    prepared = passwords.prepare(caller.user, new)
    with transaction.atomic():
        passwords.store(caller.user, prepared)
        _event(caller, facts, PASSWORD_UPDATED, "Success").save(force_insert=True)
        mail.write(caller.account, caller.user.email, "password_changed", facts=facts)


def keep_recovery_codes(caller: Caller, facts: Facts, rows: list[RecoveryCode]) -> None:
    """Put codes from `recovery.draw` in the place of the caller's present ones, and record it."""
    with transaction.atomic():
        recovery.keep(caller.user, rows)
        _event(caller, facts, RECOVERY_CODES_CREATED, "Success").save(force_insert=True)


def rename_key(caller: Caller, facts: Facts, device: VirtualMfaDevice, name: str) -> None:
    """Give the caller's own passkey or security key another name, and record it. AccessDenied."""
    mfa.require_for_own_devices(caller, caller.user)
    with transaction.atomic():
        VirtualMfaDevice.objects.filter(pk=device.pk, user=caller.user).update(name=name)
        _event(caller, facts, KEY_RENAMED, "Success").save(force_insert=True)


def _event(caller: Caller, facts: Facts, name: str, result: str, *, error: str = "") -> Event:
    identity: dict[str, Any] = audit.identity_of(caller)
    return audit.signin_event(
        caller.account, facts, name, identity=identity, response={name: result}, error=error
    )
