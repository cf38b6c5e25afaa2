"""Who asks in a simulation, and what is therefore true of every request that is simulated."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from identity import arns, condition_keys
from identity.callers import Caller, Session
from identity.calls import Call
from identity.condition_keys import Keys
from identity.errors import InvalidInput
from identity.models import Group, Role
from identity.operations.simulation_entities import Entity, entity_parts
from identity.policy import Principal, principals

STUB = "STUB_PRINCIPAL_FOR_POLICY_SIMULATOR"
"""Stands where a real request would have a user ID, or a role the name of its session."""

# They belong to a request that nobody makes: who needs them gives them as context entries.
_OF_THE_REQUEST = frozenset(
    {
        "aws:RequestedRegion",
        "aws:SecureTransport",
        "aws:SourceIp",
        "aws:TokenIssueTime",
        "aws:UserAgent",
        "aws:referer",
    }
)


@dataclass(frozen=True, slots=True)
class Simulated:
    """The simulated caller: without an ARN, nobody in particular."""

    principal: Principal
    arn: str = ""
    keys: Keys = field(default_factory=dict)


def nobody(call: Call) -> Simulated:
    """For policies by themselves; no resource is of another account than nobody's."""
    keys: Keys = {"aws:PrincipalAccount": call.account.id, "aws:userid": STUB}
    return Simulated(Principal(""), keys=_of_any_request(call) | keys)


def of_entity(call: Call, entity: Entity) -> Simulated:
    """The user, a session of the role, or some member of the group, known by the account alone."""
    if isinstance(entity, Group):
        return named(call, entity.arn)
    caller = Caller(entity, session=_role_session(call) if isinstance(entity, Role) else None)
    keys = condition_keys.of(caller, call.facts)
    tags = condition_keys.principal_tags(caller)
    keys |= {f"aws:PrincipalTag/{key}": value for key, value in tags.items()}
    known = {key: value for key, value in keys.items() if key not in _OF_THE_REQUEST}
    if caller.role:
        principal = principals.role_session(caller.arn, entity.arn, entity.unique_id)
    else:
        principal = principals.user(entity.arn, entity.unique_id)
    return Simulated(principal, entity.arn, known)


def _role_session(call: Call) -> Session:
    at = call.facts.at
    return Session("AssumeRole", at, at + timedelta(hours=1), name=STUB)


def named(call: Call, arn: str) -> Simulated:
    """A user, group or role of any account, of whom nothing is known but the ARN.

    Raises InvalidInput for the ARN of anyone else.
    """
    try:
        parts = entity_parts(arn)
    except InvalidInput:
        raise InvalidInput(
            "Invalid caller - Caller must be an IAM user, role or group in this context."
        ) from None
    account, kind, name = parts["account"], parts["kind"], parts["name"]
    keys: Keys = {
        "aws:PrincipalAccount": account,
        "aws:PrincipalArn": arn,
        "aws:userid": arn,
    }
    principal = principals.root(account)
    if kind == "user":
        keys |= {"aws:PrincipalType": "User", "aws:username": name}
        principal = principals.user(arn, "")
    elif kind == "role":
        keys |= {"aws:PrincipalType": "AssumedRole"}
        session = arns.sts(account, "assumed-role", f"{name}/{STUB}")
        principal = principals.role_session(session, arn, "")
    return Simulated(principal, arn, _of_any_request(call) | keys)


def _of_any_request(call: Call) -> Keys:
    at = call.facts.at
    return {
        "aws:CurrentTime": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "aws:EpochTime": str(int(at.timestamp())),
        "aws:PrincipalIsAWSService": "false",
        "aws:ViaAWSService": "false",
    }
