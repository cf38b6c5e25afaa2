"""Who can do this? The question of a policy the other way round, over all users and roles.

Directly, by a group, by a chain of roles, or by handing a role to a service that then acts.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from identity import everybody
from identity.everybody import Somebody
from identity.facts import Facts
from identity.models import Account, Role, User
from identity.models.permissions import Holder
from identity.policy import Decision, Kind, Layer, LayerKind, Source, load

LONGEST_CHAIN = 4

# What a service does for whoever may start it with a role: the actions that start it.
PASSED_TO: dict[str, tuple[str, ...]] = {
    "ec2.amazonaws.com": ("ec2:RunInstances",),
    "lambda.amazonaws.com": ("lambda:CreateFunction", "lambda:InvokeFunction"),
    "ecs-tasks.amazonaws.com": ("ecs:RegisterTaskDefinition", "ecs:RunTask"),
    "cloudformation.amazonaws.com": ("cloudformation:CreateStack",),
    "codebuild.amazonaws.com": ("codebuild:CreateProject", "codebuild:StartBuild"),
    "glue.amazonaws.com": ("glue:CreateDevEndpoint",),
    "sagemaker.amazonaws.com": ("sagemaker:CreateNotebookInstance",),
    "states.amazonaws.com": ("states:CreateStateMachine", "states:StartExecution"),
}


class By(enum.Enum):
    OWN = "own"
    GROUP = "group"
    CHAIN = "chain"
    PASS = "pass"


@dataclass(frozen=True, slots=True)
class Way:
    """How somebody can do it. `through` are the names of the group, or of the roles in order;
    `policy` is what allows the first step; `with_mfa` that it takes MFA."""

    who: User | Role
    by: By
    through: tuple[str, ...] = ()
    policy: str = ""
    with_mfa: bool = False
    service: str = ""


@dataclass(frozen=True, slots=True)
class _Role:
    somebody: Somebody
    role: Role
    path: tuple[str, ...]


def find(
    account: Account, facts: Facts, action: str, resource: str, step: Callable[[], None]
) -> Iterator[Way]:
    """Every way, users before roles. `step` is called for each user and role that was asked."""
    roles = list(everybody.roles(account, facts))
    able: list[_Role] = []
    ways: list[Way] = []
    for somebody in roles:
        step()
        if (way := itself(somebody, action, resource)) and isinstance(somebody.row, Role):
            ways.append(way)
            able.append(_Role(somebody, somebody.row, (somebody.row.name,)))
    reach = list(_reaching(roles, able))
    for somebody in everybody.users(account, facts):
        step()
        yield from _ways(somebody, action, resource, reach)
    yield from ways
    for one in reach:
        if len(one.path) > 1:
            policy = _assumes(one.somebody, _by_name(reach, one.path[1])) or ""
            yield Way(one.role, By.CHAIN, one.path[1:], policy)


def itself(somebody: Somebody, action: str, resource: str) -> Way | None:
    """By the own policies or those of a group; with MFA where it takes that."""
    if not somebody.mentions(*_words(action)):
        return None
    for with_mfa in (False, True):
        decision = somebody.decide(action, resource, with_mfa=with_mfa)
        if decision:
            return _way(somebody, decision, with_mfa=with_mfa)
    return None


def _words(action: str) -> tuple[str, ...]:
    """The service of the action, as documents name it."""
    return (action.partition(":")[0] + ":",)


def _way(somebody: Somebody, decision: Decision, *, with_mfa: bool) -> Way:
    name = decision.source or ""
    holder = next((one for one in somebody.granted if one.source == name), None)
    if holder is not None and holder.holder is Holder.GROUP:
        return Way(somebody.row, By.GROUP, (holder.holder_name,), name, with_mfa)
    return Way(somebody.row, By.OWN, (), name, with_mfa)


def _ways(somebody: Somebody, action: str, resource: str, reach: Iterable[_Role]) -> Iterator[Way]:
    """The shortest way: who can do it themselves needs no role."""
    if way := itself(somebody, action, resource):
        yield way
        return
    by_length = sorted(reach, key=lambda one: len(one.path))
    for one in by_length:
        if policy := _assumes(somebody, one):
            yield Way(somebody.row, By.CHAIN, one.path, policy)
            break
    for one in by_length:
        if len(one.path) == 1 and (service := passes(somebody, one.role)):
            yield Way(somebody.row, By.PASS, one.path, "", service=service)
            break


def _reaching(roles: list[Somebody], able: list[_Role]) -> Iterator[_Role]:
    """The roles that can do it, and those from which one gets to them, the nearest first."""
    known = {one.role.pk for one in able}
    frontier = able
    for _length in range(LONGEST_CHAIN):
        yield from frontier
        following: list[_Role] = []
        for somebody in roles:
            if somebody.row.pk in known or not isinstance(somebody.row, Role):
                continue
            for one in frontier:
                if _assumes(somebody, one):
                    known.add(somebody.row.pk)
                    path = (somebody.row.name, *one.path)
                    following.append(_Role(somebody, somebody.row, path))
                    break
        frontier = following


def _by_name(reach: Iterable[_Role], name: str) -> _Role:
    return next(one for one in reach if one.role.name == name)


def _assumes(somebody: Somebody, one: _Role) -> str | None:
    """What allows to assume the role, or None; with MFA, since a person can have it."""
    return assumes(somebody, one.role)


def assumes(somebody: Somebody, role: Role) -> str | None:
    row = somebody.row
    named = row.unique_id in role.trust_policy or row.arn in role.trust_policy
    if not named and not somebody.mentions("sts:"):
        return None
    document = load(role.trust_policy, Kind.TRUST)
    trust = Layer(LayerKind.TRUST, (Source("trust policy", document),))
    keys = {"sts:RoleSessionName": "session"}
    decision = somebody.decide("sts:AssumeRole", role.arn, trust, keys=keys, with_mfa=True)
    if not decision:
        return None
    return decision.source or ""


def passes(somebody: Somebody, role: Role) -> str:
    """The service that somebody can start with the role, or ""."""
    if not somebody.mentions("iam:"):
        return ""
    for service, actions in PASSED_TO.items():
        if service not in role.trust_policy:
            continue
        keys = {"iam:PassedToService": service}
        if not somebody.decide("iam:PassRole", role.arn, keys=keys, with_mfa=True):
            continue
        if all(somebody.decide(action, "*", with_mfa=True) for action in actions):
            return service
    return ""
