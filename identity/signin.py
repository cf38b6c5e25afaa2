"""The stages of signing in with a password: who and password, MFA, a new password if one is due.

Between the stages a browser holds a pending sign-in: one value in its session, for five minutes,
which opens the pages of the next stage and nothing else. Nobody is signed in before `finish`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.contrib.auth.hashers import check_password
from django.db import transaction
from django.http import HttpRequest
from django.middleware.csrf import rotate_token
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from identity import (
    authorization,
    devices,
    lost_devices,
    mail,
    mfa,
    passkeys,
    passwords,
    recovery,
    sessions,
    signin_events,
    throttle,
    user_status,
)
from identity.callers import Caller, Session
from identity.calls import Call
from identity.claims import Claim
from identity.errors import AccessDenied, PasswordPolicyViolation
from identity.facts import Facts
from identity.models import ConsoleSettings, LoginProfile, User, VirtualMfaDevice
from identity.policy import Decision

LIFETIME = timedelta(minutes=5)
_KEY = "signin"

MFA, NEW_PASSWORD, DONE = "mfa", "new password", "done"


class RefusedError(Exception):
    """Name, password or code is wrong; nobody learns which."""


@dataclass(frozen=True, slots=True)
class Pending:
    """A sign-in whose password was right. `mfa_by` is the serial number of the device that was
    used, or says that a recovery code was; `chosen` is the row of the device to be asked."""

    user: User
    password_at: datetime
    login_to: str
    chosen: int | None = None
    mfa_at: datetime | None = None
    mfa_by: str = ""

    @property
    def stage(self) -> str:
        """What is still to be done, read from the rows as they are now."""
        if self.mfa_at is None and self.user.mfa_devices.exists():
            return MFA
        return NEW_PASSWORD if new_password_due(self.user) else DONE

    @property
    def caller(self) -> Caller:
        """Who this will be: for the one permission that a stage asks for."""
        ends = self.password_at + LIFETIME
        return Caller(self.user, session=Session("console", self.password_at, ends, self.mfa_at))


def prove_password(
    request: HttpRequest, claim: Claim, password: str, facts: Facts, login_to: str
) -> Pending:
    """Begin a sign-in, in a fresh session. RefusedError for anything wrong; Throttling.

    The try is counted first, and each costs one hash whether or not there is such a user.
    """
    device = devices.known(request, claim.user)
    throttle.attempt("password", claim.subject, facts.source_ip, device)
    if not passwords.verify(claim.user, password) or claim.user is None:
        signin_events.password_refused(claim.account, claim.user, facts)
        raise RefusedError
    throttle.succeeded("password", claim.subject, facts.source_ip, device)
    _require_address(claim.user, facts)
    request.session.flush()
    pending = Pending(claim.user, facts.at, login_to)
    _keep(request, pending)
    return pending


def _require_address(user: User, facts: Facts) -> None:
    """Said only to who knows the password; the root user may come from everywhere."""
    rules = ConsoleSettings.of(user.account)
    if not rules.lets_in(facts.source_ip, is_root=user.is_root):
        signin_events.password_refused(user.account, user, facts)
        raise AccessDenied(
            "The account lets its users sign in from certain addresses only, "
            f"and {facts.source_ip} is none of them."
        )


def pending_of(request: HttpRequest) -> Pending | None:
    """The browser's pending sign-in, unless five minutes or the password's life are over."""
    kept = request.session.get(_KEY)
    if kept is None:
        return None
    user = User.objects.select_related("account").filter(pk=kept["user"]).first()
    at = datetime.fromisoformat(kept["password_at"])
    if user is None or not constant_time_compare(kept["fits"], user.get_session_auth_hash()):
        return None
    if not timezone.now() - LIFETIME < at or not user.has_console_password:
        return None
    mfa_at = datetime.fromisoformat(kept["mfa_at"]) if kept["mfa_at"] else None
    return Pending(user, at, kept["login_to"], kept["chosen"], mfa_at, kept["mfa_by"])


def forget(request: HttpRequest) -> bool:
    """Drop a pending sign-in that is over; whether there was one."""
    return request.session.pop(_KEY, None) is not None


def choose(request: HttpRequest, pending: Pending, device: VirtualMfaDevice) -> None:
    """Ask this one of several devices."""
    _keep(request, replace(pending, chosen=device.pk))


def device_to_ask(pending: Pending) -> VirtualMfaDevice:
    """The chosen device, else the one used last. Only at the stage MFA, where there is one."""
    found = mfa.devices_of(pending.user)
    found.sort(key=lambda device: device.last_used_at or device.created_at)
    chosen = [device for device in found if device.pk == pending.chosen]
    return chosen[0] if chosen else found[-1]


def prove_code(
    request: HttpRequest, pending: Pending, device: VirtualMfaDevice, code: str, facts: Facts
) -> Pending:
    """Check an app's code, which works once. RefusedError; Throttling."""
    _count_code(request, pending, facts)
    if not mfa.accept(device, code, facts.at):
        signin_events.code_refused(pending.user, facts, device.serial_number)
        raise RefusedError
    return _accept_code(request, pending, facts, device.serial_number)


def prove_two_codes(
    request: HttpRequest,
    pending: Pending,
    device: VirtualMfaDevice,
    codes: tuple[str, str],
    facts: Facts,
) -> Pending:
    """Resynchronise a device whose clock is off, which proves it too. RefusedError; Throttling."""
    _count_code(request, pending, facts)
    found = mfa.pair(mfa.seed_of(device), *codes, facts.at)
    if found is None or not device.burn(*found, facts.at):
        signin_events.code_refused(pending.user, facts, device.serial_number)
        raise RefusedError
    return _accept_code(request, pending, facts, device.serial_number)


def prove_key(
    request: HttpRequest, pending: Pending, site: passkeys.Site, answer: str, facts: Facts
) -> Pending:
    """Check what a passkey or security key signed. RefusedError; Throttling."""
    _count_code(request, pending, facts)
    try:
        device = passkeys.accept(request.session, pending.user, site, answer, facts.at)
    except passkeys.RefusedError as problem:
        signin_events.code_refused(pending.user, facts, signin_events.SECURITY_KEY)
        raise RefusedError from problem
    return _accept_code(request, pending, facts, device.serial_number)


def prove_recovery_code(request: HttpRequest, pending: Pending, code: str, facts: Facts) -> Pending:
    """Use up a recovery code in place of a device. RefusedError; Throttling."""
    _count_code(request, pending, facts)
    if not recovery.use(pending.user, code, facts.at):
        signin_events.code_refused(pending.user, facts, signin_events.RECOVERY_CODE)
        raise RefusedError
    return _accept_code(request, pending, facts, signin_events.RECOVERY_CODE)


def new_password_due(user: User) -> bool:
    """Whether an administrator asked for a new password, or the present one has expired."""
    return must_reset(user) or passwords.is_expired(user, timezone.now())


def must_reset(user: User) -> bool:
    return LoginProfile.objects.filter(user=user, password_reset_required=True).exists()


def is_locked_by_expiry(user: User) -> bool:
    """HardExpiry: only an administrator can set a new password now."""
    return passwords.is_expired(user, timezone.now()) and passwords.Rules.for_user(user).hard_expiry


def may_change_password(pending: Pending, facts: Facts) -> Decision:
    """iam:ChangePassword on oneself, which a forced change needs as any other does."""
    user = pending.user
    return authorization.decision_on(pending.caller, facts, "iam:ChangePassword", user.arn)


def change_password(request: HttpRequest, pending: Pending, new: str, facts: Facts) -> Pending:
    """Set the new password that was due; the old one was just proved.

    Raises AccessDenied without iam:ChangePassword, PasswordPolicyViolation, and
    EntityTemporarilyUnmodifiable when another change came first.
    """
    user = pending.user
    call = Call(pending.caller, "iam", "ChangePassword", {}, facts)
    authorization.require(call, user.arn)
    if check_password(new, user.password):
        raise PasswordPolicyViolation("Password should differ from the one that it replaces.")
    prepared = passwords.prepare(user, new)
    with transaction.atomic():
        passwords.store(user, prepared)
        LoginProfile.objects.filter(user=user).update(password_reset_required=False)
        user_status.refresh(user.pk)
        signin_events.password_changed(pending.caller, facts)
    _step_up(request, pending)
    return pending


def finish(request: HttpRequest, pending: Pending, facts: Facts) -> Caller:
    """Sign in: session, times and ConsoleLogin commit together. Every stage must be done."""
    if pending.stage != DONE:
        raise RuntimeError(f"sign-in finished before its stage `{pending.stage}`")
    with transaction.atomic():
        caller = sessions.start(request, pending.user, facts, pending.mfa_at)
        seen = {"password_last_used_at": facts.at, "idle_since": facts.at}
        User.objects.filter(pk=pending.user.pk).update(**seen)
        signin_events.signed_in(caller, facts, pending.mfa_by, pending.login_to)
    return caller


def _count_code(request: HttpRequest, pending: Pending, facts: Facts) -> None:
    user = pending.user
    device = devices.known(request, user)
    throttle.attempt("mfa", user.unique_id, facts.source_ip, device)


def _accept_code(request: HttpRequest, pending: Pending, facts: Facts, by: str) -> Pending:
    user = pending.user
    throttle.succeeded("mfa", user.unique_id, facts.source_ip, devices.known(request, user))
    proved = replace(pending, mfa_at=facts.at, mfa_by=by)
    with transaction.atomic():
        signin_events.code_accepted(user, facts, by)
        _tell_root(user, facts, by)
        _step_up(request, proved)
    return proved


def _tell_root(user: User, facts: Facts, by: str) -> None:
    """Who has a device has not lost it; who uses a recovery code is told of it by mail."""
    if not user.is_root:
        return
    lost_devices.keep(user, facts)
    if by == signin_events.RECOVERY_CODE:
        mail.write(user.account, user.email, "recovery_code_used", facts=facts)


def _step_up(request: HttpRequest, pending: Pending) -> None:
    """A new session key: whoever saw the one of the stage before has nothing."""
    request.session.cycle_key()
    _keep(request, pending)
    request.session.save()


def _keep(request: HttpRequest, pending: Pending) -> None:
    request.session[_KEY] = {
        "user": pending.user.pk,
        "fits": pending.user.get_session_auth_hash(),
        "password_at": pending.password_at.isoformat(),
        "login_to": pending.login_to,
        "chosen": pending.chosen,
        "mfa_at": pending.mfa_at.isoformat() if pending.mfa_at else None,
        "mfa_by": pending.mfa_by,
    }
    request.session.set_expiry(LIFETIME)
    rotate_token(request)
