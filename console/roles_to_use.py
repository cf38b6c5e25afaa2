"""The roles that a person may switch to, found from the trust policies of the installation."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from django.db.models import Case, Q, Value, When
from django.utils.translation import gettext as _

from console import role_history
from console.colours import DEFAULT, named
from console.http import Request
from console.models import UsedRole
from console.templatetags.formats import account_id
from identity import arns, authorization, switching
from identity.callers import Caller
from identity.callers import Kind as CallerKind
from identity.models import Role
from identity.models.role import SERVICE_LINKED
from identity.models.user import folded
from identity.operations import assume_role
from identity.policy import UNREADABLE, Kind, LayerKind, load
from identity.standing import standing

LIMIT = 100
"""How many roles are looked at: the own account's first, then by account and name."""

_ROLE_ARN = re.compile(r"arn:aws:iam::\d{12}:role/[\w+=,.@/-]+", re.ASCII)
_NAMED = 20


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
        yield Usable(
            role,
            kept.label if kept else _label(role),
            named(kept.colour if kept else ""),
            bool(kept and kept.pinned),
            role.arn == in_use,
        )


def in_menu(request: Request) -> list[UsedRole]:
    """Those used before, then those that the person may use and the own policies name one by one:
    what only the trust policies tell is too much to ask on every page."""
    used = role_history.of(request.signed_in, role_history.IN_MENU)
    if request.signed_in.kind is not CallerKind.USER or len(used) == role_history.IN_MENU:
        return used
    known = {row.role_arn for row in used}
    wanted = [arn for arn in _named_in_policies(request.signed_in) if arn not in known]
    return [*used, *_unused(request, wanted)][: role_history.IN_MENU]


def _named_in_policies(signed_in: Caller) -> list[str]:
    """ARNs of roles, as statements that allow something have them without a wildcard."""
    granting = (one for one in standing(signed_in).layers if one.kind is LayerKind.IDENTITY)
    found = (
        resource
        for layer in granting
        for policy in layer.policies
        for statement in policy.document.statements
        if statement.effect == "Allow"
        for resource in statement.resources
        if _ROLE_ARN.fullmatch(resource)
    )
    return list(itertools.islice(dict.fromkeys(found), _NAMED))


def _unused(request: Request, role_arns: list[str]) -> Iterator[UsedRole]:
    if not role_arns:
        return
    named = Q()
    for arn in role_arns:
        named |= Q(account=arns.owner(arn), name_folded=folded(arn.rpartition("/")[2]))
    roles = Role.objects.filter(named).select_related("account").order_by("name_folded")
    exactly = [role for role in roles if role.arn in role_arns]
    name = switching.session_name(request.signed_in)
    for role in assume_role.assumable(request.signed_in, request.facts, exactly, name):
        yield UsedRole(role_arn=role.arn, label=_label(role), colour=DEFAULT)


def _label(role: Role) -> str:
    return f"{role.name} @ {role.account.alias or account_id(role.account.id)}"


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


def may_use(request: Request, role: Role) -> bool:
    """Whether who signed in could switch to this role now."""
    signed_in = request.signed_in
    name = switching.session_name(signed_in)
    return bool(list(assume_role.assumable(signed_in, request.facts, [role], name)))


def others(request: Request, usable: Iterable[Usable]) -> list[UsedRole]:
    """Roles that the person switched to before and that are not among `usable`.

    Such as one that trusts everybody, or one that refuses by now.
    """
    listed = {one.role.arn for one in usable}
    return [row for row in role_history.of(request.signed_in) if row.role_arn not in listed]


# --- why not -----------------------------------------------------------------------------------


def who_refused(request: Request, role_arn: str) -> str:
    """Which side refused, as far as the person may know.

    Of another account nobody learns whether it has such a role, nor whom that trusts; but whom the
    role would let in with an external ID or with MFA is told so, since the role names them.
    """
    caller, facts = request.signed_in, request.facts
    role = Role.named_in(arns.owner(role_arn), role_arn.rpartition("/")[2])
    role = role if role is not None and role.arn == role_arn else None
    if role is not None and (lacking := _what_would_do(request, role)):
        return lacking
    if not _own_policies_allow(request, role_arn):
        return _("Your policies do not allow sts:AssumeRole on this role.")
    own = arns.owner(role_arn) == caller.account_id
    if not own or not authorization.decision_on(caller, facts, "iam:GetRole", role_arn):
        return _("The account has no such role, or the role's trust policy does not include you.")
    if role is None:
        return _("This account has no such role.")
    return _("The role's trust policy does not include you.")


def _own_policies_allow(request: Request, role_arn: str) -> bool:
    """Whether the person could use a role of this ARN that trusts the person's account."""
    caller = request.signed_in
    path, _slash, name = role_arn.partition(":role")[2].rpartition("/")
    trusting = json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"AWS": caller.account.root_arn},
                    "Action": "sts:AssumeRole",
                }
            ],
        }
    )
    role = Role(account_id=arns.owner(role_arn), path=f"{path}/", name=name, trust_policy=trusting)
    session_name = switching.session_name(caller)
    return bool(list(assume_role.assumable(caller, request.facts, [role], session_name)))


def _what_would_do(request: Request, role: Role) -> str:
    """What alone the session lacks to use the role."""
    caller, facts = request.signed_in, request.facts
    name = switching.session_name(caller)
    for external_id in _external_ids(role):
        if list(assume_role.assumable(caller, facts, [role], name, external_id=external_id)):
            return _("The role needs an external ID, which the console cannot send.")
    assert caller.session is not None  # of the console
    with_mfa = replace(caller, session=replace(caller.session, mfa_at=facts.at))
    if list(assume_role.assumable(with_mfa, facts, [role], name)):
        return _("The role needs MFA, and this session has none. Sign in again with MFA.")
    return ""


def _external_ids(role: Role) -> list[str]:
    """What the trust policy compares sts:ExternalId with; the first ten."""
    document = load(role.trust_policy, Kind.TRUST)
    if document is UNREADABLE:
        return []
    conditions = (one for statement in document.statements for one in statement.conditions)
    asked = (one.values for one in conditions if one.key.lower() == "sts:externalid")
    return list(itertools.islice(itertools.chain.from_iterable(asked), 10))
