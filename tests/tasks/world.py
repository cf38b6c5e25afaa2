"""The account that the tasks are done in, and its people, in a running server's database.

Nobody is changed by two tasks: bob and dirk are looked after by others, ben and dora by themselves.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field, replace

from django.test import override_settings
from django.utils import timezone

from identity.models import Account, ManagedPolicy, User
from tests.authenticator import Authenticator
from tests.console.conftest import sign_in
from tests.default_database import rows_of
from tests.entrance import give_device
from tests.factories import (
    ADMINISTRATOR,
    make_account,
    make_document,
    make_group,
    make_key,
    make_login_profile,
    make_managed_policy,
    make_user,
)
from tests.live_server import LiveServer

_SELF = [
    "iam:*AccessKey*",
    "iam:*MFA*",
    "iam:GetUser",
    "iam:*Password*",
    "iam:*UserTags",
    "iam:TagUser",
]


@dataclass
class World:
    """One for each way, told apart by the alias of its account."""

    server: LiveServer
    unblocked: Callable[[], AbstractContextManager[None]]
    mark: str
    devices: dict[str, Authenticator] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.alias, self.root_email = f"example-{self.mark}", f"root-{self.mark}@example.test"
        self.partner_alias = f"partner-{self.mark}"
        with self.rows():
            self.account_id = self._make_example().pk
            self.partner_id = self._make_partner().pk

    def code(self, name: str) -> str:
        """What the authenticator app shows now."""
        return replace(self.devices[name], since=time.time()).code()

    @contextmanager
    def rows(self) -> Iterator[None]:
        """Rows are the server's, signed and sealed as it does."""
        secret = override_settings(SECRET_KEY=(self.server.data / "secret.key").read_text().strip())
        with ExitStack() as stack:
            for context in (self.unblocked(), secret, rows_of(self.server.data)):
                stack.enter_context(context)
            yield

    def session(self, name: str, account_id: str = "") -> str:
        """The cookie of somebody who has just signed in, with MFA."""
        with self.rows():
            user = User.objects.get(account_id=account_id or self.account_id, name=name)
            client = sign_in(user)
            session = client.session
            session["mfa_at"] = timezone.now().isoformat()
            session.save()
            return client.cookies["sid"].value

    def _make_example(self) -> Account:
        account = make_account("Example", self.root_email, alias=self.alias)
        alice = make_login_profile(make_user(account, "alice", allow=ADMINISTRATOR))
        self.devices = {"alice": give_device(alice), "root": give_device(account.root)}
        bob = make_login_profile(make_user(account, "bob"))
        make_key(bob)
        make_group(account, "ops")
        make_group(account, "staff", bob)
        make_login_profile(make_user(account, "ben", allow=_SELF))
        make_login_profile(make_user(account, "dora", allow=_SELF))
        make_key(make_login_profile(make_user(account, "dirk")))
        make_login_profile(make_user(account, "carol"))
        _give_versions(make_managed_policy(account, "ReadReports", _reading("v1")))
        return account

    def _make_partner(self) -> Account:
        email = f"root-{self.mark}@partner.test"
        account = make_account("Partner", email, alias=self.partner_alias)
        make_login_profile(make_user(account, "pat", allow=["sts:AssumeRole"]))
        return account


def _reading(what: str) -> list[dict[str, str]]:
    resource = f"arn:aws:s3:::reports/{what}/*"
    return [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": resource}]


def _give_versions(policy: ManagedPolicy) -> None:
    """v2 and v3, the last in force."""
    for number in (2, 3):
        document = make_document(_reading(f"v{number}"))
        policy.default_version = policy.versions.create(number=number, document=document)
    policy.newest = 3
    policy.save()
