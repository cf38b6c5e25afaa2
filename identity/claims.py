"""Who somebody says they are, before anything is proved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from identity.models import Account, User
from identity.models.user import folded


@dataclass(frozen=True, slots=True)
class Claim:
    """Who somebody says they are. `subject` is what their tries are counted under.

    Names that do not exist are counted like those that do, or the delay would tell them apart.
    """

    account: Account | None
    user: User | None
    subject: str

    @classmethod
    def of_user(cls, id_or_alias: str, name: str) -> Self:
        account = Account.objects.at(id_or_alias).first()
        # One query whether or not there is an account, a user, a password: time must not tell.
        users = User.objects.filter(account_id=account.pk if account else "", is_root=False)
        user = users.named(name).select_related("account", "login_profile").first()
        where = account.pk if account else folded(id_or_alias.strip())
        return cls(account, user, user.unique_id if user else f"{where}/{folded(name)}")

    @classmethod
    def of_root(cls, email: str) -> Self:
        user = User.objects.with_root_email(email).select_related("account").first()
        if user is None:
            return cls(None, None, f"root/{folded(email.strip())}")
        return cls(user.account, user, user.unique_id)
