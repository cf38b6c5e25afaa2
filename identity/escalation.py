"""Known ways from a few permissions to all of them, found in the policies of an account.

The list follows what is published about privilege escalation in IAM: changing the own policies,
entering a group, taking over another identity, or handing a role to a service.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from identity import arns, everybody
from identity.everybody import Somebody
from identity.facts import Facts
from identity.models import Account, Group, ManagedPolicy, Role, User, granted
from identity.models.permissions import Holder
from identity.policy import Decision, Request, decide
from identity.standing import layers_of
from identity.who_can import assumes, passes

# Who may do all of these may do everything worth having; for them there is nothing to climb to.
_PROBES = ("iam:CreateUser", "iam:PutUserPolicy", "s3:DeleteBucket", "ec2:TerminateInstances")
_TARGETS = 20
"""Administrators that are looked at as targets: one that can be taken over is enough."""


@dataclass(frozen=True, slots=True)
class Escalation:
    """`who` could get more by calling `action` on `target`, an ARN."""

    who: User | Role
    action: str
    target: str
    service: str = ""


@dataclass(frozen=True, slots=True)
class _Heights:
    """What is worth taking over."""

    users: list[User]
    groups: list[Group]
    roles: list[Role]
    arns_of_groups: dict[str, str]


def find(account: Account, facts: Facts, step: Callable[[], None]) -> Iterator[Escalation]:
    """One escalation for each user or role and each action, by name of the action."""
    heights = _heights(account, facts)
    for somebody in _all(account, facts):
        step()
        if somebody.mentions("iam:", "sts:") and not is_administrator(somebody):
            yield from _of(somebody, heights)


def _all(account: Account, facts: Facts) -> Iterator[Somebody]:
    yield from everybody.users(account, facts)
    yield from everybody.roles(account, facts)


def is_administrator(somebody: Somebody) -> bool:
    return all(somebody.decide(action, "*", with_mfa=True) for action in _PROBES)


def _heights(account: Account, facts: Facts) -> _Heights:
    users, roles = list[User](), list[Role]()
    for somebody in _all(account, facts):
        if not is_administrator(somebody):
            continue
        if isinstance(somebody.row, User) and len(users) < _TARGETS:
            users.append(somebody.row)
        if isinstance(somebody.row, Role) and len(roles) < _TARGETS:
            roles.append(somebody.row)
    groups = list(Group.objects.filter(account=account).order_by("pk"))
    high = list(_high(account, groups))[:_TARGETS]
    return _Heights(users, high, roles, {group.name: group.arn for group in groups})


def _high(account: Account, groups: list[Group]) -> Iterator[Group]:
    found = granted.of_groups([group.pk for group in groups])
    for group in groups:
        layers = layers_of(found.get(group.pk, ()))
        asked: Iterable[Decision] = (
            decide(Request(account.root_arn, action, "*", {}), layers) for action in _PROBES
        )
        if found.get(group.pk) and all(asked):
            yield group


def _of(somebody: Somebody, heights: _Heights) -> Iterator[Escalation]:
    seen = set[str]()
    for action, target in (*_own(somebody, heights), *_others(somebody, heights)):
        if action not in seen and somebody.decide(action, target, with_mfa=True):
            seen.add(action)
            yield Escalation(somebody.row, action, target)
    for role in heights.roles:
        if role != somebody.row and (service := passes(somebody, role)):
            yield Escalation(somebody.row, "iam:PassRole", role.arn, service)
            break
    for role in heights.roles:
        if role != somebody.row and assumes(somebody, role):
            yield Escalation(somebody.row, "sts:AssumeRole", role.arn)
            break


def _own(somebody: Somebody, heights: _Heights) -> Iterator[tuple[str, str]]:
    """Changing what one has oneself: the own policies, those of the own groups, the own limits."""
    row = somebody.row
    kind = "User" if isinstance(row, User) else "Role"
    yield f"iam:Attach{kind}Policy", row.arn
    yield f"iam:Put{kind}Policy", row.arn
    if any(one.holder is Holder.BOUNDARY for one in somebody.granted):
        yield f"iam:Delete{kind}PermissionsBoundary", row.arn
    for one in somebody.granted:
        if one.holder is Holder.GROUP:
            group = heights.arns_of_groups[one.holder_name]
            yield "iam:AttachGroupPolicy", group
            yield "iam:PutGroupPolicy", group
        if arns.owner(one.name) == row.account_id:
            yield "iam:CreatePolicyVersion", one.name
    yield from _earlier(somebody)


def _earlier(somebody: Somebody) -> Iterator[tuple[str, str]]:
    """An own policy with several versions: an earlier one may allow more."""
    attached = [one.name for one in somebody.granted if one.name.startswith("arn:")]
    account = somebody.row.account
    for policy in ManagedPolicy.objects.filter(arn__in=attached, account=account):
        if policy.versions.count() > 1:
            yield "iam:SetDefaultPolicyVersion", policy.arn


def _others(somebody: Somebody, heights: _Heights) -> Iterator[tuple[str, str]]:
    """Becoming one of those who may everything."""
    for group in heights.groups:
        yield "iam:AddUserToGroup", group.arn
    for user in heights.users:
        if user != somebody.row:
            yield "iam:CreateAccessKey", user.arn
            yield "iam:CreateLoginProfile", user.arn
            yield "iam:UpdateLoginProfile", user.arn
    for role in heights.roles:
        if role != somebody.row:
            yield "iam:UpdateAssumeRolePolicy", role.arn
