"""One call of one action: who asks for what, with the rows that authorisation already read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from identity.callers import Caller
from identity.errors import NoSuchEntity, ValidationError
from identity.facts import Facts
from identity.models import Account, User


@dataclass
class Call:
    """What an operation gets. `prepared` is what the operation's `prepare` worked out before the
    transaction (hashing takes too long to hold a lock for)."""

    caller: Caller
    service: str
    action: str
    params: Mapping[str, Any]
    facts: Facts = field(default_factory=Facts)
    prepared: Any = None

    @property
    def permission(self) -> str:
        """The action as policies write it, `iam:CreateUser`."""
        return f"{self.service}:{self.action}"

    @property
    def account(self) -> Account:
        return self.caller.account

    @cached_property
    def named_user(self) -> User | None:
        """The user that `UserName` names, or the caller where the action lets it be left out."""
        name = self.params.get("UserName")
        if name is None:
            return self.caller.user
        return self.account.iam_users.named(name).first()

    def user(self) -> User:
        """The named user; NoSuchEntity when there is none."""
        if self.named_user is None:
            raise no_such_user(self.params["UserName"])
        return self.named_user

    def locked_user(self) -> User:
        """The named user, locked and read again inside the transaction; NoSuchEntity when gone."""
        user = User.objects.locked().select_related("account").filter(pk=self.user().pk).first()
        if user is None:
            raise no_such_user(self.user().name)
        return user

    def iam_user(self) -> User:
        """As `user`, for what root has not: root must name a user."""
        user = self.user()
        if user.is_root:
            raise ValidationError("Must specify userName when calling with non-User credentials")
        return user


def no_such_user(name: str) -> NoSuchEntity:
    return NoSuchEntity(f"The user with name {name} cannot be found.")
