"""Console passwords: the account's rules, the history, the hash and when it expires.

Checking a password against the history takes a hash each, so it is done before the transaction;
the transaction then changes the hash only if it is still the one that was checked.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from django.contrib.auth.hashers import check_password, is_password_usable, make_password
from django.utils import timezone

from identity.errors import EntityTemporarilyUnmodifiable, PasswordPolicyViolation
from identity.models import Account, PasswordPolicy, PreviousPassword, User
from identity.models.user import folded

MAX_LENGTH = 128
_HISTORY = 24  # the most that PasswordReusePrevention can ask for
_SYMBOLS = r"!@#$%^&*()_+\-=\[\]{}|'"
_CLASSES = {
    "uppercase letter": re.compile("[A-Z]"),
    "lowercase letter": re.compile("[a-z]"),
    "number": re.compile("[0-9]"),
    "symbol": re.compile(f"[{_SYMBOLS}]"),
}
_DEFAULT_CLASSES = {**_CLASSES, "symbol": re.compile(f"[{_SYMBOLS}<>]")}
_DEFAULT_MINIMUM = 8
_DEFAULT_KINDS = 3

_GENERATED_LENGTH = 20
# Without 0 O 1 l I and |, which look alike; first comes a letter or a digit.
_CLEAR_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"
_CLEAR = _CLEAR_LETTERS + "!@#$%^&*()_+-=[]{}'"


@dataclass(frozen=True, slots=True)
class Rules:
    """What a password must be. `kinds` of the four classes at least, and each of `required`.

    Ages are in days; None and 0 mean never and off, as an omitted member of the policy does.
    """

    minimum_length: int = _DEFAULT_MINIMUM
    kinds: int = _DEFAULT_KINDS
    required: tuple[str, ...] = ()
    unlike: tuple[str, ...] = ()
    reuse_prevention: int = 0
    max_age: int | None = None
    hard_expiry: bool = False

    @classmethod
    def for_user(cls, user: User) -> Rules:
        """The account's rules for an IAM user; for root the default, whatever the account says."""
        return _default(user.account) if user.is_root else rules(user.account)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A new hash, and the old one that it was checked against."""

    new_hash: str
    old_hash: str


def rules(account: Account) -> Rules:
    """The account's password policy, or the default rules where it has none."""
    policy = PasswordPolicy.objects.filter(account=account).first()
    if policy is None:
        return _default(account)
    wanted = {
        "uppercase letter": policy.require_uppercase_characters,
        "lowercase letter": policy.require_lowercase_characters,
        "number": policy.require_numbers,
        "symbol": policy.require_symbols,
    }
    return Rules(
        minimum_length=policy.minimum_password_length,
        kinds=0,
        required=tuple(name for name, is_wanted in wanted.items() if is_wanted),
        reuse_prevention=policy.password_reuse_prevention or 0,
        max_age=policy.max_password_age,
        hard_expiry=policy.hard_expiry,
    )


def _default(account: Account) -> Rules:
    email = User.objects.filter(account=account, is_root=True).values_list("email", flat=True)
    return Rules(unlike=(account.name, *email))


def problems(rules: Rules, user: User, password: str) -> list[str]:
    """Every rule that the password breaks, each in a sentence without its full stop."""
    found = []
    if len(password) < rules.minimum_length:
        found.append(f"Password should have a minimum length of {rules.minimum_length}")
    if len(password) > MAX_LENGTH:
        found.append(f"Password should have at most {MAX_LENGTH} characters")
    found += [
        f"Password should have at least one {name}"
        for name in rules.required
        if not _CLASSES[name].search(password)
    ]
    kinds = sum(bool(kind.search(password)) for kind in _DEFAULT_CLASSES.values())
    if kinds < rules.kinds:
        found.append(
            f"Password should have at least {rules.kinds} of these: "
            "uppercase letters, lowercase letters, numbers, symbols"
        )
    if rules.unlike and folded(password) in map(folded, (*rules.unlike, user.name)):
        found.append("Password should not be the account name, e-mail address or user name")
    return found


def verify(user: User | None, password: str) -> bool:
    """Whether this is the user's console password, for the price of one hash whoever asks.

    A right password is hashed again when the hasher's figures rose since.
    """
    if user is None or not (user.has_console_password and _has_hash(user)):
        check_password(password, _nobodys_hash())
        return False

    def renew(password: str) -> None:
        renewed = make_password(password)
        same = User.objects.filter(pk=user.pk, password=user.password)
        if same.update(password=renewed):
            user.password = renewed

    return check_password(password, user.password, renew)


def _has_hash(user: User) -> bool:
    return bool(user.password) and is_password_usable(user.password)


@cache
def _nobodys_hash() -> str:
    """With today's figures, so that a user who is not there takes as long as one who is."""
    return make_password(secrets.token_urlsafe())


_AHEAD: ContextVar[Mapping[str, str]] = ContextVar("hashed_ahead")


def prepare(user: User, new_password: str) -> Prepared:
    """Check a new password against rules and history and hash it; call outside the transaction.

    Raises PasswordPolicyViolation, naming every rule that is broken.
    """
    held = Rules.for_user(user)
    found = problems(held, user, new_password)
    if not found and _was_used(user, new_password, held.reuse_prevention):
        found = [f"Password should differ from the last {held.reuse_prevention}"]
    if found:
        raise PasswordPolicyViolation(". ".join(found) + ".")
    return Prepared(_AHEAD.get({}).get(new_password) or make_password(new_password), user.password)


@contextmanager
def hashed_ahead(hashes: Mapping[str, str]) -> Iterator[None]:
    """Inside, `prepare` takes these hashes of these passwords, and holds no lock for hashing them.

    For who sets passwords of users that are only made in the same transaction.
    """
    before = _AHEAD.set(hashes)
    try:
        yield
    finally:
        _AHEAD.reset(before)


def _was_used(user: User, password: str, last: int) -> bool:
    """Whether it is one of the last so many, the present one among them."""
    if not last:
        return False
    kept = user.previous_passwords.values_list("hash", flat=True)[:last]
    present = [user.password] if _has_hash(user) else []
    hashes = [*present, *(old for old in kept if old != user.password)][:last]
    return any(check_password(password, old) for old in hashes)


def store(user: User, prepared: Prepared) -> None:
    """Set the password, inside a transaction. Every console session of the user ends with it.

    Raises EntityTemporarilyUnmodifiable when another change came first.
    """
    now = timezone.now()
    unchanged = User.objects.filter(pk=user.pk, password=prepared.old_hash)
    if unchanged.update(password=prepared.new_hash, password_changed_at=now) != 1:
        raise EntityTemporarilyUnmodifiable(
            f"The password of {user} is being changed by another request. Try again."
        )
    user.password, user.password_changed_at = prepared.new_hash, now
    PreviousPassword.objects.create(user=user, hash=prepared.new_hash, set_at=now)
    kept = user.previous_passwords.values_list("pk", flat=True)[:_HISTORY]
    user.previous_passwords.exclude(pk__in=list(kept)).delete()


def expires_at(user: User) -> datetime | None:
    """When the password expires by MaxPasswordAge; None for root, and where it never does."""
    if user.is_root or user.password_changed_at is None:
        return None
    days = rules(user.account).max_age
    return user.password_changed_at + timedelta(days=days) if days else None


def is_expired(user: User, now: datetime) -> bool:
    ends = expires_at(user)
    return ends is not None and ends <= now


def generate(account: Account) -> str:
    """A random password of 20 characters, or of the account's minimum, that fits any policy.

    Drawn until all four classes are in it, which keeps every fitting password equally likely.
    """
    length = max(_GENERATED_LENGTH, rules(account).minimum_length)
    while True:
        rest = (secrets.choice(_CLEAR) for _ in range(length - 1))
        drawn = secrets.choice(_CLEAR_LETTERS) + "".join(rest)
        if all(kind.search(drawn) for kind in _CLASSES.values()):
            return drawn
