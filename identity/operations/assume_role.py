"""sts:AssumeRole: the role's trust policy and the caller's own policies both have their say.

https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from identity import arns, audit, authorization, condition_keys, second_factor, tokens
from identity.callers import Caller
from identity.callers import Kind as PrincipalKind
from identity.calls import Call
from identity.condition_keys import Keys
from identity.errors import AccessDenied, ValidationError
from identity.facts import Facts
from identity.models import Role
from identity.operations import session_parameters
from identity.operations.registry import operation
from identity.policy import Kind, Layer, LayerKind, Source, load
from identity.standing import Standing, standing

if TYPE_CHECKING:
    from mypy_boto3_sts import type_defs as t

    from identity.operations.registry import Result

_HOUR = 3_600


@dataclass(frozen=True, slots=True)
class _Session:
    """What the new session is to be; `tags` with those that it inherits from the caller's."""

    name: str
    source_identity: str
    tags: dict[str, str]
    transitive_keys: list[str]
    asked_tags: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Prepared:
    role: Role
    session: _Session
    policies: dict[str, list[str]]
    packed_size: int | None


def _prepare(call: Call) -> _Prepared:
    """All that can refuse, in AWS's order: parameters, MFA, both sides' policies, duration."""
    _require_supported(call)
    role, session = _named_role(call), _session(call)
    has_code = second_factor.given(call)
    role = _authorized(call, role, session, has_code=has_code)
    _require_duration(call, role)
    policies = session_parameters.policies(call.params, role.account)
    packed = session_parameters.packed_size({**policies, "tags": session.asked_tags})
    return _Prepared(role, session, policies, packed)


def _arn(call: Call) -> str:
    return str(call.params["RoleArn"])


@operation(
    "sts",
    "AssumeRole",
    resource=_arn,
    read_only=False,
    prepare=_prepare,
    authorized_by_itself=True,
    transient=True,
)
def assume_role(call: Call, params: t.AssumeRoleRequestTypeDef) -> Result:
    prepared: _Prepared = call.prepared
    role, session = prepared.role, prepared.session
    credentials = mint(call, params.get("DurationSeconds", _HOUR))
    result: Result = {"Credentials": credentials, "AssumedRoleUser": _assumed(role, session)}
    if prepared.packed_size is not None:
        result["PackedPolicySize"] = prepared.packed_size
    if session.source_identity:
        result["SourceIdentity"] = session.source_identity
    audit.changed_elsewhere(call, role.account, result)
    return result


def mint(call: Call, seconds: int) -> dict[str, Any]:
    """Credentials of the session that was prepared, for `seconds`: STS's `Credentials`."""
    prepared: _Prepared = call.prepared
    session = prepared.session
    return tokens.mint(
        prepared.role,
        call.action,
        seconds,
        call.facts,
        call.caller.access_key_id,
        token_size=call.params.get("MinimumSessionTokenSize", 0),
        name=session.name,
        source_identity=session.source_identity,
        tags=session.tags,
        transitive_keys=session.transitive_keys,
        **prepared.policies,
    )


def role_of(call: Call) -> Role:
    """The role of a prepared call."""
    prepared: _Prepared = call.prepared
    return prepared.role


def _assumed(role: Role, session: _Session) -> dict[str, str]:
    return {
        "AssumedRoleId": f"{role.unique_id}:{session.name}",
        "Arn": arns.sts(role.account_id, "assumed-role", f"{role.name}/{session.name}"),
    }


def _require_supported(call: Call) -> None:
    if call.caller.kind is PrincipalKind.ROOT:
        raise AccessDenied("Roles may not be assumed by root accounts.")
    if "ProvidedContexts" in call.params:
        raise ValidationError("ProvidedContexts is not supported.")


# --- which role, which session -------------------------------------------------------------------


def _named_role(call: Call) -> Role | None:
    """The role of exactly this ARN, in whichever account of the installation."""
    arn = _arn(call)
    if arn.count(":") < 5 or not arn.startswith("arn:"):
        raise ValidationError(f"{arn} is invalid")
    role = Role.named_in(arns.owner(arn), arn.rpartition("/")[2])
    return role if role is not None and role.arn == arn else None


def _session(call: Call) -> _Session:
    """Transitive tags and the source identity come along from the session of a role."""
    params, before = call.params, call.caller.session
    inherited = {key: before.tags[key] for key in before.transitive_keys} if before else {}
    asked = session_parameters.tags(params, inherited)
    transitive = session_parameters.transitive_keys(params, asked)
    return _Session(
        params["RoleSessionName"],
        _source_identity(call),
        asked | inherited,
        transitive + list(inherited),
        asked,
    )


def _source_identity(call: Call) -> str:
    """Once set it stays, through every role of a chain."""
    set_before = call.caller.session.source_identity if call.caller.session else ""
    asked = str(call.params.get("SourceIdentity", ""))
    if set_before and asked not in ("", set_before):
        raise ValidationError("The source identity is already set for this assume role session")
    return set_before or asked


# --- may it -----------------------------------------------------------------------------------


def _authorized(call: Call, role: Role | None, session: _Session, *, has_code: bool) -> Role:
    """The role, if the caller's policies and its trust policy allow all that is asked.

    Raises AccessDenied, of which nobody learns whether the role exists.
    """
    sides = _both_sides(call, standing(call.caller), role, has_code=has_code)
    keys = _keys(call, role, session)
    for action in _actions(session):
        authorization.require_of(sides, call, _arn(call), action, keys)
    if role is None:
        raise AccessDenied(f"{_arn(call)} cannot be assumed")
    return role


def assumable(
    caller: Caller, facts: Facts, roles: Iterable[Role], session_name: str, external_id: str = ""
) -> Iterator[Role]:
    """Those of the roles that the caller could assume with a session name and no more than that."""
    own = standing(caller)
    more = {"ExternalId": external_id} if external_id else {}
    for role in roles:
        params = {"RoleArn": role.arn, "RoleSessionName": session_name, **more}
        call = Call(caller, "sts", "AssumeRole", params, facts)
        if caller.kind is not PrincipalKind.ROOT and _is_allowed(call, own, role):
            yield role


def _is_allowed(call: Call, own: Standing, role: Role) -> bool:
    """As `_authorized` decides, but nothing is recorded."""
    session = _session(call)
    sides, keys = _both_sides(call, own, role, has_code=False), _keys(call, role, session)
    return all(
        sides.decide(call.facts, action, role.arn, call.params, keys)
        for action in _actions(session)
    )


def _actions(session: _Session) -> list[str]:
    """What both sides have to allow."""
    actions = ["sts:AssumeRole"]
    actions += ["sts:TagSession"] if session.asked_tags else []
    actions += ["sts:SetSourceIdentity"] if session.source_identity else []
    return actions


def _both_sides(call: Call, own: Standing, role: Role | None, *, has_code: bool) -> Standing:
    """The caller's layers and the trust policy; a role that is not there trusts nobody.

    The code that comes with the call is known to the trust policy alone.
    """
    document = load(role.trust_policy, Kind.TRUST) if role else None
    policies = (Source("trust policy", document),) if document else ()
    mfa = condition_keys.of_mfa(call.facts.at, call.facts) if has_code else {}
    trust = Layer(LayerKind.TRUST, policies, tuple(mfa.items()))
    looks_at_tags = own.looks_at_tags or (
        role is not None and condition_keys.speaks_of_tags(role.trust_policy)
    )
    return Standing(call.caller, [*own.layers, trust], looks_at_tags)


def _keys(call: Call, role: Role | None, session: _Session) -> Keys:
    """The condition keys of sts:AssumeRole, sts:TagSession and sts:SetSourceIdentity."""
    params = call.params
    keys: Keys = {"sts:RoleSessionName": session.name}
    if "ExternalId" in params:
        keys["sts:ExternalId"] = params["ExternalId"]
    if "DurationSeconds" in params:
        keys["sts:DurationSeconds"] = str(params["DurationSeconds"])
    if session.source_identity:
        keys["sts:SourceIdentity"] = session.source_identity
    if session.transitive_keys:
        keys["sts:TransitiveTagKeys"] = tuple(session.transitive_keys)
    return keys | condition_keys.of_role_tags(role.tags if role else [])


def _require_duration(call: Call, role: Role) -> None:
    wanted = call.params.get("DurationSeconds", _HOUR)
    if wanted > role.max_session_duration:
        raise ValidationError(
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
        )
    if call.caller.session and call.caller.session.chains and wanted > _HOUR:
        raise ValidationError(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by "
            "role chaining."
        )
