"""What is true of a request, under AWS's names for condition keys and policy variables.

A key that does not apply is absent, not empty: operators treat the two differently.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from django.db.models import Model

from identity import arns
from identity.callers import Caller, Kind, Session
from identity.facts import Facts
from identity.models import (
    Account,
    InstanceProfile,
    ManagedPolicy,
    Role,
    ServerCertificate,
    User,
    UserTag,
    VirtualMfaDevice,
)
from identity.models.user import folded

Keys = dict[str, str | tuple[str, ...]]
Tags = list[tuple[str, str]]
Finder = Callable[[Account, str], Tags | None]

NO_PARAMS: Mapping[str, Any] = MappingProxyType({})
NO_KEYS: Mapping[str, str | tuple[str, ...]] = MappingProxyType({})


def of(caller: Caller, facts: Facts) -> Keys:
    """The global keys that need no look-up."""
    keys = of_request(facts) | {
        "aws:PrincipalAccount": caller.account_id,
        "aws:PrincipalArn": caller.principal_arn,
        "aws:PrincipalIsAWSService": "false",
        "aws:PrincipalType": caller.principal_type,
        "aws:ViaAWSService": "false",
        "aws:userid": caller.user_id,
    }
    if caller.kind is Kind.USER:
        keys["aws:username"] = caller.user.name
    if caller.session:
        keys |= _of_session(caller.session)
        # A role's session says nothing of MFA: who assumed the role may have used it, or not.
        keys |= {} if caller.role else of_mfa(caller.mfa_at, facts)
    return keys


def of_request(facts: Facts) -> Keys:
    """Those of any request, whether or not anybody signed it."""
    keys: Keys = {
        "aws:CurrentTime": f"{facts.at:%Y-%m-%dT%H:%M:%SZ}",
        "aws:EpochTime": str(int(facts.at.timestamp())),
        "aws:RequestedRegion": facts.region,
        "aws:SecureTransport": _bool(facts.secure),
        "aws:SourceIp": facts.source_ip,
        "aws:UserAgent": facts.user_agent,
    }
    return keys | {"aws:referer": facts.referer} if facts.referer else keys


def of_mfa(mfa_at: datetime | None, facts: Facts) -> Keys:
    """Of temporary credentials and console sessions; long-term keys carry none of these.

    So `Bool` on MFA misses them and `BoolIfExists` does not.
    """
    if mfa_at is None:
        return {"aws:MultiFactorAuthPresent": "false"}
    age = int((facts.at - mfa_at).total_seconds())
    return {"aws:MultiFactorAuthPresent": "true", "aws:MultiFactorAuthAge": str(age)}


def _of_session(session: Session) -> Keys:
    keys: Keys = {"aws:TokenIssueTime": f"{session.issued_at:%Y-%m-%dT%H:%M:%SZ}"}
    if session.source_identity:
        keys["aws:SourceIdentity"] = session.source_identity
    if session.federated_provider:
        keys["aws:FederatedProvider"] = session.federated_provider
    return keys | dict(session.federated_keys)


def speaks_of_tags(document: str) -> bool:
    """Whether a policy's text can name a key of `of_tags`, in a condition or as a variable.

    An escape in the JSON may hide one, so that any backslash counts.
    """
    text = document.lower()
    return "tag/" in text or "tagkeys" in text or "\\" in text


def of_tags(caller: Caller, resource: str, params: Mapping[str, Any]) -> Keys:
    """The tags of the principal, of what `resource` names, and of the request.

    A request that creates something is judged by the tags that it will have; what is there already,
    by the tags that it has, be it none. `iam:ResourceTag` is told of users and roles only.
    """
    asked = _pairs(params.get("Tags"))
    present = _tags_of_resource(caller.account, resource)
    on_resource = asked if present is None else present
    keys = _keys("aws:PrincipalTag", principal_tags(caller).items())
    keys |= _keys("aws:ResourceTag", on_resource)
    if _kind(resource) in ("user", "role"):
        keys |= _keys("iam:ResourceTag", on_resource)
    keys |= _keys("aws:RequestTag", asked)
    names = tuple(key for key, _ in asked) or tuple(params.get("TagKeys") or ())
    return keys | {"aws:TagKeys": names} if names else keys


def principal_tags(caller: Caller) -> dict[str, str]:
    """The tags of the user or role, and over them, whatever their case, those of the session."""
    own = caller.principal
    tags = dict(_tags(own) if isinstance(own, User) else _pairs(own.tags))
    given = caller.session.tags if caller.session else {}
    taken = {key.lower() for key in given}
    return {key: value for key, value in tags.items() if key.lower() not in taken} | dict(given)


def of_role_tags(tags: Iterable[Mapping[str, str]]) -> Keys:
    """The tags of a role as those of the resource that is assumed."""
    pairs = _pairs(tags)
    return _keys("aws:ResourceTag", pairs) | _keys("iam:ResourceTag", pairs)


def _kind(arn: str) -> str:
    """`user` of `arn:aws:iam::123456789012:user/li`; a path may hold further colons."""
    return arn.split(":", 5)[-1].partition("/")[0]


def _tags_of_resource(account: Account, arn: str) -> Tags | None:
    """The tags of what the ARN of this account names; None where nothing is, or is tagged."""
    find = TAGGED.get(_kind(arn))
    if find is None or arns.owner(arn) != account.id:
        return None
    return find(account, arn)


def _of_user(account: Account, arn: str) -> Tags | None:
    user = User.named_in(account, _name(arn))
    return _tags(user) if user else None


def in_row(model: type[Model], column: str, read: Callable[[str], str]) -> Finder:
    """For what keeps its tags in the row that `column` finds."""

    def find(account: Account, arn: str) -> Tags | None:
        rows = model._default_manager.filter(account=account, **{column: read(arn)})
        found = rows.values_list("tags", flat=True).first()
        return None if found is None else _pairs(found)

    return find


def _name(arn: str) -> str:
    return arn.rpartition("/")[2]


TAGGED: dict[str, Finder] = {
    "user": _of_user,
    "role": in_row(Role, "name_folded", lambda arn: folded(_name(arn))),
    "instance-profile": in_row(InstanceProfile, "name_folded", lambda arn: folded(_name(arn))),
    "server-certificate": in_row(ServerCertificate, "name_folded", lambda arn: folded(_name(arn))),
    "policy": in_row(ManagedPolicy, "arn", str),
    "mfa": in_row(VirtualMfaDevice, "serial_number", str),
}
"""Where the tags of a resource are, by the kind in its ARN; federation puts its providers here."""


def _tags(user: User) -> Tags:
    return [(tag.key, tag.value) for tag in UserTag.of_user(user.pk)]


def _pairs(tags: Iterable[Mapping[str, str]] | None) -> Tags:
    """From AWS's way of writing tags; what has no key is refused elsewhere."""
    return [(tag["Key"], tag["Value"]) for tag in tags or () if tag]


def _keys(prefix: str, tags: Iterable[tuple[str, str]]) -> Keys:
    return {f"{prefix}/{key}": value for key, value in tags}


def _bool(value: bool) -> str:
    return "true" if value else "false"
