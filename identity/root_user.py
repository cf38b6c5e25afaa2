"""What the root user changes about itself and its account: the account's name, its own e-mail.

As AWS's Account Management API: a code goes to the new address, and proves that it can be read. The
old address is told twice, when the change was asked for and when it was made.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from identity import accounts, audit, mail, outbox, own_actions, throttle
from identity.callers import Caller
from identity.errors import AccessDenied, EntityAlreadyExists, ValidationError
from identity.facts import Facts
from identity.models import Account, EmailChange, User
from identity.models.user import folded

LIFETIME = timedelta(hours=24)
EMAIL_UPDATED = "EmailUpdated"
_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_CODE_LENGTH = 6
_TRIES = 5


class WrongCodeError(Exception):
    """The code is not that of the message, or it is over."""


def require(caller: Caller) -> User:
    """The root user itself. AccessDenied for everybody else."""
    if not caller.is_root:
        raise AccessDenied("Only the root user may see and change this.")
    return caller.user


def rename_account(caller: Caller, facts: Facts, name: str) -> None:
    """Give the account another name. ValidationError."""
    require(caller)
    accounts.require_name(name)

    def act() -> None:
        Account.objects.filter(pk=caller.account_id).update(name=name)

    own_actions.perform(caller, facts, "account:PutAccountName", {"AccountName": name}, act)


def count_change(caller: Caller, facts: Facts) -> None:
    """Count that another address is wanted, outside any transaction: each sends two messages."""
    throttle.attempt("email", caller.user_id, facts.source_ip, throttle.SIGNED_IN)


def change_email(caller: Caller, facts: Facts, new: str) -> bool:
    """Begin the change to a new address; True when it was made at once, there being no mail.

    ValidationError; EntityAlreadyExists, but only where no code proves that the address is theirs:
    nobody learns so whose address is a root user's.
    """
    root = require(caller)
    accounts.require_email(new)
    if folded(new) == folded(root.email):
        raise ValidationError("This is the root user's e-mail address already.")
    if not mail.is_on():
        _set(caller, facts, new)
        return True
    _send_code(caller, facts, root, new)
    return False


def _send_code(caller: Caller, facts: Facts, root: User, new: str) -> None:
    code = "".join(secrets.choice(_ALPHABET) for _ in range(_CODE_LENGTH))

    def act() -> None:
        kept = {"email": new, "code": _hash(root, new, code), "tries": 0}
        ends = {"expires_at": facts.at + LIFETIME}
        EmailChange.objects.update_or_create(user=root, defaults=kept | ends)
        mail.write(root.account, new, "email_code", code=code)
        mail.write(root.account, root.email, "email_asked", facts=facts, new=new)

    told = {"PrimaryEmail": new}
    own_actions.perform(caller, facts, "account:StartPrimaryEmailUpdate", told, act)


def pending(root: User) -> EmailChange | None:
    """The change that waits for its code."""
    waiting = EmailChange.objects.filter(user=root, expires_at__gt=timezone.now(), tries__lt=_TRIES)
    return waiting.first()


def proved_email(caller: Caller, facts: Facts, code: str) -> Callable[[], None]:
    """Check the code now, outside any transaction, since the try stays counted; then what makes the
    change, which may raise EntityAlreadyExists. WrongCodeError."""
    root = require(caller)
    found = pending(root)
    if found is None or not found.take_try():
        raise WrongCodeError
    if not constant_time_compare(found.code, _hash(root, found.email, code.strip().upper())):
        raise WrongCodeError
    new = found.email
    return lambda: _set(caller, facts, new)


def forget_email(root: User) -> None:
    EmailChange.objects.filter(user=root).delete()


def _set(caller: Caller, facts: Facts, new: str) -> None:
    root, old = caller.user, caller.user.email

    def act() -> None:
        _replace(root, new)
        forget_email(root)
        mail.write(root.account, old, "email_changed", facts=facts, old=old)
        event = audit.signin_event(
            root.account,
            facts,
            EMAIL_UPDATED,
            identity=audit.identity_of(caller),
            response={EMAIL_UPDATED: "Success"},
        )
        outbox.add(event)

    told = {"PrimaryEmail": new}
    own_actions.perform(caller, facts, "account:AcceptPrimaryEmailUpdate", told, act)
    root.email = new


def _replace(root: User, new: str) -> None:
    taken = EntityAlreadyExists(f"An account with the e-mail {new} already exists.")
    if User.objects.with_root_email(new).exclude(pk=root.pk).exists():
        raise taken
    try:
        with transaction.atomic():
            User.objects.filter(pk=root.pk).update(email=new, email_folded=folded(new))
    except IntegrityError as problem:
        raise taken from problem


def _hash(root: User, email: str, code: str) -> str:
    text = f"{root.pk}:{folded(email)}:{code}"
    return salted_hmac("identity.root_user.email", text, algorithm="sha256").hexdigest()
