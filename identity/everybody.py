"""Every user and role of an account as the policy engine sees them, read in batches.

For reports about all of them at once: no signed request comes through here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from identity import arns, condition_keys
from identity.callers import Caller, Session
from identity.condition_keys import NO_KEYS
from identity.facts import Facts
from identity.models import Account, Role, User, granted
from identity.models.permissions import Granted
from identity.policy import Decision, Layer, Request, decide
from identity.policy.request import Value
from identity.standing import layers_of, principal_of

_BATCH = 200
_MFA: Mapping[str, Value] = {
    "aws:MultiFactorAuthPresent": "true",
    "aws:MultiFactorAuthAge": "60",
}


@dataclass(frozen=True)
class Somebody:
    """A user or role with all layers of its own policies."""

    row: User | Role
    granted: tuple[Granted, ...]
    facts: Facts

    @cached_property
    def caller(self) -> Caller:
        if isinstance(self.row, User):
            return Caller(self.row)
        now = self.facts.at
        session = Session("AssumeRole", now, now + timedelta(hours=1), name="session")
        return Caller(self.row, session=session)

    @cached_property
    def layers(self) -> list[Layer]:
        return layers_of(self.granted)

    @property
    def arn(self) -> str:
        return self.row.arn

    def decide(
        self,
        action: str,
        resource: str,
        *more: Layer,
        keys: Mapping[str, Value] = NO_KEYS,
        with_mfa: bool = False,
    ) -> Decision:
        """What a call would get now, from nowhere in particular; tags are not looked at."""
        owner = arns.owner(resource)
        context: dict[str, Value] = {**condition_keys.of(self.caller, self.facts), **keys}
        context["aws:ResourceAccount"] = owner or self.caller.account_id
        if with_mfa:
            context |= _MFA
        request = Request(
            self.caller.arn,
            action,
            resource,
            context,
            principal=principal_of(self.caller),
            resource_account=owner,
        )
        return decide(request, [*self.layers, *more])

    def mentions(self, *words: str) -> bool:
        """Whether a document could speak of one of these actions at all, told by its text."""
        texts = [one.document.lower() for one in self.granted]
        looked_for = (*(word.lower() for word in words), '"*"', "*:", "notaction")
        return any(word in text for text in texts for word in looked_for)


def users(account: Account, facts: Facts) -> Iterator[Somebody]:
    rows = account.iam_users.order_by("pk")
    after = 0
    while batch := list(rows.filter(pk__gt=after)[:_BATCH]):
        after = batch[-1].pk
        found = granted.of_users([row.pk for row in batch])
        for row in batch:
            row.account = account
            yield Somebody(row, tuple(found.get(row.pk, ())), facts)


def roles(account: Account, facts: Facts) -> Iterator[Somebody]:
    rows = Role.objects.filter(account=account).order_by("pk")
    after = 0
    while batch := list(rows.filter(pk__gt=after)[:_BATCH]):
        after = batch[-1].pk
        found = granted.of_roles([row.pk for row in batch])
        for row in batch:
            row.account = account
            yield Somebody(row, tuple(found.get(row.pk, ())), facts)
