"""Accounts and their root users: made, given a new password, removed.

These are the operator's acts: no IAM action makes an account. Limits are those of AWS's Account
Management API.
"""

from __future__ import annotations

import logging
import re
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction

from identity import audit, identifiers, journal, mail, outbox, throttle
from identity.errors import (
    ClientError,
    EntityAlreadyExists,
    PasswordPolicyViolation,
    ValidationError,
)
from identity.facts import Facts
from identity.models import Account, User
from identity.models.user import folded

logger = logging.getLogger(__name__)

_NAME = re.compile(r"[ -;=?-~]{1,50}")
_EMAIL = re.compile(r"[!-?A-~]+@[!-?A-~]+\.[!-?A-~]+")
_EMAIL_LENGTH = range(5, 65)
_ALIAS = re.compile(r"[a-z0-9](-?[a-z0-9])*")
_ALIAS_LENGTH = range(3, 64)
# Second parts of URLs under /sign-in/, where an alias would stand.
_FIXED_WORDS = frozenset(
    {"chooser", "complete", "forgot", "help", "mfa", "new", "oidc", "password", "recovery"}
    | {"root", "saml"}
)
_PASSWORD_LENGTH = range(8, 129)
_CLASSES = (r"[A-Z]", r"[a-z]", r"[0-9]", r"[^A-Za-z0-9\s]")


def create(
    *,
    name: str,
    email: str,
    password: str | None = None,
    account_id: str | None = None,
    alias: str | None = None,
    facts: Facts | None = None,
) -> Account:
    """A new account with its root user; without a password root cannot sign in until it is reset.

    Raises ValidationError for a malformed value, PasswordPolicyViolation, and EntityAlreadyExists
    for an account ID, e-mail address or alias that is taken anywhere in the installation.
    """
    name, email = name.strip(), email.strip()
    _require_well_formed(name, email, account_id, alias)
    if password is not None:
        require_root_password(password, name=name, email=email)
    _require_free(email, account_id, alias)
    hashed = make_password(password)
    try:
        with transaction.atomic():
            account = Account.objects.create(
                pk=account_id or identifiers.account_id(), name=name, alias=alias
            )
            User.objects.create(
                account=account, unique_id=account.pk, is_root=True, email=email, password=hashed
            )
            _record(account, "CreateAccount", facts, {"AccountName": name, "Email": email})
    except IntegrityError:
        _require_free(email, account_id, alias)  # says what another request took meanwhile
        raise
    return account


def delete(account: Account) -> None:
    """Remove the account and all in it: its principals, their credentials and its audit log."""
    account_id, counted = account.pk, account.user_count
    with transaction.atomic():
        account.delete()
    journal.drain()  # what waited goes, too, before the number may be another account's
    logger.warning("account %s with %d users was deleted", account_id, counted)


def set_root_password(account: Account, password: str, facts: Facts | None = None) -> None:
    """Give root a new password and end its console sessions. Raises PasswordPolicyViolation."""
    root = account.root
    require_root_password(password, name=account.name, email=root.email)
    hashed = make_password(password)
    facts = facts or Facts()
    with transaction.atomic():
        User.objects.filter(pk=root.pk).update(password=hashed, password_changed_at=facts.at)
        root.console_sessions.all().delete()
        throttle.forget(root.unique_id)
        _record(account, "PasswordUpdated", facts, None)
        mail.write(account, root.email, "password_changed", facts=facts)


def remove_root_mfa(account: Account, facts: Facts | None = None, *, by: str = "operator") -> int:
    """Take root's MFA devices and recovery codes away, for a lost phone; returns how many."""
    with transaction.atomic():
        devices = account.root.mfa_devices.all()
        found = devices.count()
        devices.delete()
        account.root.recovery_codes.all().delete()
        account.count(mfa_device_count=-found, mfa_device_in_use_count=-found)
        _record(account, "DeactivateMFADevice", facts, {"devices": found}, by=by)
    return found


def valid_alias(alias: str) -> bool:
    """Whether AWS's form fits (3 to 63 of a-z, 0-9 and single inner hyphens) and no URL clashes.

    Twelve digits would read as an account ID, and the fixed words are pages under /sign-in/.
    """
    return (
        len(alias) in _ALIAS_LENGTH
        and _ALIAS.fullmatch(alias) is not None
        and not re.fullmatch(r"[0-9]{12}", alias.replace("-", ""))
        and alias not in _FIXED_WORDS
    )


def root_password_problems(password: str, *, name: str, email: str) -> list[str]:
    """What is wrong with a root password, in plain words; an empty list when nothing is.

    The account's password policy never applies to root.
    """
    problems = []
    if len(password) not in _PASSWORD_LENGTH:
        problems.append("must have 8 to 128 characters")
    if sum(re.search(pattern, password) is not None for pattern in _CLASSES) < 3:
        problems.append(
            "must mix at least three of upper case letters, lower case letters, digits and symbols"
        )
    if folded(password) in (folded(name), folded(email)):
        problems.append("must not be the account name or the root e-mail address")
    return problems


def require_root_password(password: str, *, name: str, email: str) -> None:
    """Raise PasswordPolicyViolation, naming every rule that the password breaks."""
    problems = root_password_problems(password, name=name, email=email)
    if problems:
        raise PasswordPolicyViolation("The root password " + "; it ".join(problems) + ".")


def require_name(name: str) -> None:
    """ValidationError unless AWS's form of an account's name fits."""
    if not _NAME.fullmatch(name):
        raise ValidationError(
            "The account name must have 1 to 50 printable ASCII characters, without < and >."
        )


def require_email(email: str) -> None:
    """ValidationError unless it can be a root user's e-mail address."""
    if len(email) not in _EMAIL_LENGTH or not _EMAIL.fullmatch(email):
        raise ValidationError("The root e-mail address must be an address of 5 to 64 characters.")


def _require_well_formed(name: str, email: str, account_id: str | None, alias: str | None) -> None:
    require_name(name)
    require_email(email)
    if account_id is not None and not re.fullmatch(r"[0-9]{12}", account_id):
        raise ValidationError("The account ID must have 12 digits.")
    if alias is not None and not valid_alias(alias):
        raise ValidationError(
            "The account alias must have 3 to 63 lower case letters, digits and single hyphens "
            "inside; it must not be 12 digits or a word that the sign-in pages use."
        )


def _require_free(email: str, account_id: str | None, alias: str | None) -> None:
    for problem in _taken(email, account_id, alias):
        raise problem


def _taken(email: str, account_id: str | None, alias: str | None) -> list[ClientError]:
    problems: list[ClientError] = []
    if account_id and Account.objects.filter(pk=account_id).exists():
        problems.append(EntityAlreadyExists(f"The account {account_id} already exists."))
    if User.objects.with_root_email(email).exists():
        problems.append(EntityAlreadyExists(f"An account with the e-mail {email} already exists."))
    if alias and Account.objects.filter(alias=alias).exists():
        problems.append(EntityAlreadyExists(f"The account alias {alias} already exists."))
    return problems


def _record(
    account: Account,
    name: str,
    facts: Facts | None,
    parameters: dict[str, Any] | None,
    *,
    by: str = "operator",
) -> None:
    """The operator's act, as the service's own event: no principal of the account did it."""
    facts = facts or Facts(user_agent="manage.py")
    event = audit.service_event(
        account, facts, "account.amazonaws.com", name, invoked_by=by, parameters=parameters
    )
    outbox.add(event)
