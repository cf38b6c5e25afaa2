"""May an identity of a provider assume a role? Its trust policy decides, alone: nobody signed.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_saml.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from federation.minting import Wanted
from identity import arns, condition_keys
from identity.condition_keys import Keys
from identity.errors import AccessDenied
from identity.facts import Facts
from identity.models import Role
from identity.models.user import folded
from identity.policy import (
    Decision,
    Kind,
    Layer,
    LayerKind,
    Request,
    Source,
    decide,
    load,
    principals,
)
from identity.policy.request import Value

TRUST_POLICY = "trust policy"


def require(
    role: Role | None,
    provider: str,
    action: str,
    keys: Mapping[str, Value],
    facts: Facts,
    wanted: Wanted,
) -> Role:
    """The role, if its trust policy lets the provider's people assume it with all that is wanted.

    `provider` is the provider's ARN or web identity host, `action` `sts:AssumeRoleWithSAML` or
    `sts:AssumeRoleWithWebIdentity`, `keys` what the provider said, under its condition keys. Raises
    AccessDenied, of which nobody learns whether the role exists or which permission is missing.
    """
    if role is None or missing(role, provider, action, keys, facts, wanted):
        raise AccessDenied(f"Not authorized to perform {action}")
    return role


def missing(
    role: Role,
    provider: str,
    action: str,
    keys: Mapping[str, Value],
    facts: Facts,
    wanted: Wanted,
) -> list[str]:
    """Which of the actions that are needed are not allowed; all, for another account's provider."""
    foreign = provider.startswith("arn:") and arns.owner(provider) != role.account_id
    return [
        needed
        for needed in (action, *wanted.more_actions)
        if foreign or not decision(role, provider, needed, keys, facts, wanted)
    ]


def decision(
    role: Role,
    provider: str,
    action: str,
    keys: Mapping[str, Value],
    facts: Facts,
    wanted: Wanted,
) -> Decision:
    """What the trust policy says of one action. An unreadable policy trusts nobody."""
    request = Request(
        "",
        action,
        role.arn,
        {**_of_request(role, facts), **_of_session(wanted), **keys},
        principal=principals.federated(provider),
        resource_account=role.account_id,
    )
    document = load(role.trust_policy, Kind.TRUST)
    return decide(request, [Layer(LayerKind.TRUST, (Source(TRUST_POLICY, document),))])


def role_named(arn: str) -> Role | None:
    """The role of exactly this ARN, in whichever account of the installation."""
    if arn.count(":") < 5 or not arn.startswith("arn:"):
        return None
    role = Role.named_in(arns.owner(arn), arn.rpartition("/")[2])
    return role if role is not None and role.arn == arn else None


def roles_named(wanted: Iterable[str]) -> dict[str, Role]:
    """As `role_named`, for many at once; those that there are, by their ARN."""
    listed = [arn for arn in wanted if arn.startswith("arn:") and arn.count(":") >= 5]
    if len(listed) < 2:
        found = [role_named(arn) for arn in listed]
    else:
        names = {folded(arn.rpartition("/")[2]) for arn in listed}
        accounts = {arns.owner(arn) for arn in listed}
        rows = Role.objects.select_related("account")
        found = list(rows.filter(account__in=accounts, name_folded__in=names))
    return {role.arn: role for role in found if role is not None and role.arn in listed}


def _of_request(role: Role, facts: Facts) -> Keys:
    """The global keys of a request that nobody signed; those of a principal are absent."""
    keys = condition_keys.of_request(facts)
    keys["aws:ResourceAccount"] = role.account_id
    return keys | condition_keys.of_role_tags(role.tags)


def _of_session(wanted: Wanted) -> Keys:
    """The keys of sts:TagSession, sts:SetSourceIdentity and of the session to be."""
    keys: Keys = {"sts:RoleSessionName": wanted.name}
    keys |= {f"aws:RequestTag/{key}": value for key, value in wanted.tags.items()}
    if wanted.tags:
        keys["aws:TagKeys"] = tuple(wanted.tags)
    if wanted.transitive_keys:
        keys["sts:TransitiveTagKeys"] = tuple(wanted.transitive_keys)
    if wanted.source_identity:
        keys["sts:SourceIdentity"] = wanted.source_identity
    if wanted.asked_seconds is not None:
        keys["sts:DurationSeconds"] = str(wanted.asked_seconds)
    return keys
