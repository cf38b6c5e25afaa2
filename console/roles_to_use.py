"""The roles that a person may switch to, found from the trust policies of the installation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Case, Q, Value, When
from django.utils.translation import gettext as _

from console import role_history
from console.colours import named
from console.http import Request
from identity import arns, authorization, switching
from identity.callers import Caller
from identity.models import Role
from identity.models.role import SERVICE_LINKED
from identity.operations import assume_role

LIMIT = 100
"""How many roles are looked at: the own account's first, then by account and name."""


@dataclass(frozen=True, slots=True)
class Usable:
    """A role, and how the person shows it; without a colour of its own it was never used."""

    role: Role
    label: str
    colour: str
    pinned: bool
    in_use: bool

    @property
    def path_and_name(self) -> str:
        return f"{self.role.path}{self.role.name}".removeprefix("/")


def of(request: Request) -> list[Usable]:
    """The roles that who signed in could switch to now, pinned ones first."""
    signed_in = request.signed_in
    name = switching.session_name(signed_in)
    roles = assume_role.assumable(signed_in, request.facts, _candidates(signed_in), name)
    shown = list(_shown(request, roles))
    return sorted(shown, key=lambda one: not one.pinned)


def _shown(request: Request, roles: Iterable[Role]) -> Iterable[Usable]:
    before = {row.role_arn: row for row in role_history.of(request.signed_in)}
    in_use = request.caller.principal.arn if request.caller is not request.signed_in else ""
    for role in roles:
        kept = before.get(role.arn)
        account = role.account.alias or role.account.id
        yield Usable(
            role,
            kept.label if kept else f"{role.name} @ {account}",
            named(kept.colour if kept else ""),
            bool(kept and kept.pinned),
            role.arn == in_use,
        )


def _candidates(signed_in: Caller) -> list[Role]:
    """Roles whose trust policy holds a name of the person or of the account."""
    names = {signed_in.account.root_arn, signed_in.principal.unique_id, signed_in.arn}
    trusting = Q()
    for name in names:
        trusting |= Q(trust_policy__contains=name)
    own_first = Case(When(account=signed_in.account, then=Value(0)), default=Value(1))
    found = Role.objects.filter(trusting).exclude(path__startswith=SERVICE_LINKED)
    ordered = found.select_related("account").order_by(own_first, "account_id", "name_folded")
    return list(ordered[:LIMIT])


# --- why not -----------------------------------------------------------------------------------


def who_refused(request: Request, role_arn: str) -> str:
    """Which side refused, as far as the person may know.

    Of another account nobody learns whether it has such a role, nor whom that trusts.
    """
    caller, facts = request.signed_in, request.facts
    if not authorization.decision_on(caller, facts, "sts:AssumeRole", role_arn):
        return _("Your policies do not allow sts:AssumeRole on this role.")
    own = arns.owner(role_arn) == caller.account_id
    if not own or not authorization.decision_on(caller, facts, "iam:GetRole", role_arn):
        return _(
            "The account has no such role, or the role's trust policy does not include you, or it "
            "asks for something that the console cannot send, such as an external ID."
        )
    named_so = Role.objects.named(role_arn.rpartition("/")[2]).filter(account=caller.account)
    role = next((one for one in named_so if one.arn == role_arn), None)
    if role is None:
        return _("This account has no such role.")
    if "sts:externalid" in role.trust_policy.lower():
        return _("The role needs an external ID, which the console cannot send.")
    return _("The role's trust policy does not include you.")
