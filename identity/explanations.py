"""Why a request is allowed or refused: by what was kept of it, or by the policies of now.

The other bridge to the policy engine beside `authorization`: the same layers and the same decision,
with all that every statement says of it.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from identity import arns, standing
from identity.callers import Caller
from identity.models import Account, ManagedPolicy, Role, User, permissions
from identity.models.permissions import Granted, Holder
from identity.policy import Kind, Layer, LayerKind, Request, Source, load
from identity.policy.missing import missing_keys
from identity.policy.remedy import Remedy, remedy
from identity.policy.request import Value
from identity.policy.trace import Trace, trace

ACCOUNT_GRANT = standing.ACCOUNT_GRANT
TRUST_POLICY = "trust policy"

_ASSUMING = ("sts:assumerole", "sts:tagsession", "sts:setsourceidentity")


class Answer(enum.Enum):
    """What can be said of a request."""

    ALLOWED = "allowed"
    DENIED = "denied"
    DEPENDS = "depends"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Policy:
    """A document that was asked, and to whom it is given: `holder` is None for a grant of the
    account itself and for a trust policy."""

    source: str
    text: str
    holder: Holder | None = None
    holder_name: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """The answer and everything behind it.

    `missing` are the keys on which it depends, `policies` the documents by the names that the
    trace has for them, `foreign` the account whose own policies cannot be read from here.
    """

    answer: Answer
    request: Request
    trace: Trace
    remedy: Remedy
    policies: Mapping[str, Policy]
    missing: tuple[str, ...] = ()
    foreign: str = ""


def explain(
    caller: Caller, request: Request, layers: Sequence[Layer], *, complete: bool = True
) -> Explanation:
    """The explanation by these layers; not `complete` when keys of the request may be missing."""
    found = trace(request, layers)
    missing = () if complete else missing_keys(request, layers)
    foreign = request.resource_account if request.crosses_accounts else ""
    answer = Answer.ALLOWED if found.decision.allowed else Answer.DENIED
    if missing:
        answer = Answer.DEPENDS
    if foreign and _own_side_allows(request, layers):
        answer = Answer.UNKNOWN
    return Explanation(
        answer,
        request,
        found,
        remedy(request, found),
        policies_of(caller, request),
        missing,
        foreign,
    )


def _own_side_allows(request: Request, layers: Sequence[Layer]) -> bool:
    alone = replace(request, resource_account="")
    return trace(alone, layers).decision.allowed


def ask(
    caller: Caller, action: str, resource: str, context: Mapping[str, Value]
) -> tuple[Request, list[Layer]]:
    """The request as policies see it now and the layers that bear on it, from given facts.

    `sts:AssumeRole` on a role of the same account has the role's trust policy among them; a role
    that is not there trusts nobody.
    """
    stands = standing.standing(caller, action)
    request = Request(
        caller.arn,
        action,
        resource,
        context,
        principal=standing.principal_of(caller),
        resource_account=arns.owner(resource),
    )
    layers = list(stands.layers)
    if _assumes_own_role(caller.account, action, resource):
        role = trusted_role(caller.account, action, resource)
        trust = [Source(TRUST_POLICY, load(role.trust_policy, Kind.TRUST))] if role else []
        layers.append(Layer(LayerKind.TRUST, tuple(trust)))
    return request, layers


def trusted_role(account: Account, action: str, resource: str) -> Role | None:
    """The role of this account that the action would assume, whose trust policy has a say."""
    if not _assumes_own_role(account, action, resource):
        return None
    named = Role.objects.named(resource.rpartition("/")[2]).filter(account=account)
    return next((role for role in named if role.arn == resource), None)


def _assumes_own_role(account: Account, action: str, resource: str) -> bool:
    own = resource.startswith(arns.iam(account.id, "role", ""))
    return own and action.lower().startswith(_ASSUMING)


# --- who, and what they have ---------------------------------------------------------------------


def principal_with(account: Account, arn: str) -> User | Role | None:
    """The user, role or root of the account that has this ARN."""
    if arn == arns.root(account.id):
        return account.root
    name = arn.rpartition("/")[2]
    if arn.startswith(arns.user(account.id, "")):
        user = User.named_in(account, name)
        return user if user is not None and user.arn == arn else None
    if arn.startswith(arns.iam(account.id, "role", "")):
        role = Role.objects.named(name).filter(account=account).select_related("account").first()
        return role if role is not None and role.arn == arn else None
    return None


def policies_of(caller: Caller, request: Request) -> dict[str, Policy]:
    """The documents that decide for the caller, by the names that a trace has for them."""
    own = caller.principal
    granted: list[Granted] = []
    if isinstance(own, Role):
        granted = permissions.of_role(own.pk)
    elif not own.is_root:
        granted = permissions.of_user(own.pk)
    found = {
        one.source: Policy(one.source, one.document, one.holder, one.holder_name, one.name)
        for one in granted
    }
    found[ACCOUNT_GRANT] = Policy(ACCOUNT_GRANT, "")
    if caller.session:
        found |= _of_session(caller)
    if (role := trusted_role(caller.account, request.action, request.resource)) is not None:
        found[TRUST_POLICY] = Policy(TRUST_POLICY, role.trust_policy, Holder.ROLE, role.name)
    return found


def policy_named(source: str) -> Policy:
    """The policy that a kept trace names, without its text, which may be another one now."""
    if source.startswith("arn:"):
        return Policy(source, "", name=source)
    kind, slash, rest = source.partition("/")
    holder_name, _, name = rest.partition("/")
    holder = Holder.__members__.get(kind.upper()) if slash else None
    return Policy(source, "", holder, holder_name, name)


def _of_session(caller: Caller) -> dict[str, Policy]:
    session = caller.session
    if session is None or not session.policy_arns:
        return {}
    found = ManagedPolicy.objects.filter(arn__in=session.policy_arns)
    texts = found.values_list("arn", "default_version__document")
    return {arn: Policy(arn, text or "", name=arn) for arn, text in texts}
