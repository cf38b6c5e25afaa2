"""What is true of a request, under AWS's names for condition keys and policy variables.

A key that does not apply is absent, not empty: operators treat the two differently.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

from django.db.models import Model

from identity import arns
from identity.callers import Caller, Session
from identity.facts import Facts
from identity.models import (
    Account,
    InstanceProfile,
    ManagedPolicy,
    Role,
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
    keys: Keys = {
        "aws:CurrentTime": f"{facts.at:%Y-%m-%dT%H:%M:%SZ}",
        "aws:EpochTime": str(int(facts.at.timestamp())),
        "aws:PrincipalAccount": caller.account_id,
        "aws:PrincipalArn": caller.arn,
        "aws:PrincipalType": caller.principal_type,
        "aws:RequestedRegion": facts.region,
        "aws:SecureTransport": _bool(facts.secure),
        "aws:SourceIp": facts.source_ip,
        "aws:UserAgent": facts.user_agent,
        "aws:ViaAWSService": "false",
        "aws:userid": caller.user_id,
    }
    if not caller.is_root:
        keys["aws:username"] = caller.user.name
    if caller.session:
        keys |= _of_session(caller.session, facts)
    return keys


def _of_session(session: Session, facts: Facts) -> Keys:
    """Long-term keys carry none of these: `Bool` on MFA misses them, `BoolIfExists` does not."""
    keys: Keys = {
        "aws:MultiFactorAuthPresent": _bool(session.mfa_at is not None),
        "aws:TokenIssueTime": f"{session.issued_at:%Y-%m-%dT%H:%M:%SZ}",
    }
    if session.mfa_at:
        age = facts.at - session.mfa_at
        keys["aws:MultiFactorAuthAge"] = str(int(age.total_seconds()))
    return keys


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
    keys = _keys("aws:PrincipalTag", _tags(caller.user)) | _keys("aws:ResourceTag", on_resource)
    if _kind(resource) in ("user", "role"):
        keys |= _keys("iam:ResourceTag", on_resource)
    keys |= _keys("aws:RequestTag", asked)
    names = tuple(key for key, _ in asked) or tuple(params.get("TagKeys") or ())
    return keys | {"aws:TagKeys": names} if names else keys


def _kind(arn: str) -> str:
    """`user` of `arn:aws:iam::123456789012:user/li`."""
    return arn.rpartition(":")[2].partition("/")[0]


def _tags_of_resource(account: Account, arn: str) -> Tags | None:
    """The tags of what the ARN of this account names; None where nothing is, or is tagged."""
    find = _TAGGED.get(_kind(arn))
    if find is None or arns.owner(arn) != account.id:
        return None
    return find(account, arn)


def _of_user(account: Account, arn: str) -> Tags | None:
    user = User.named_in(account, _name(arn))
    return _tags(user) if user else None


def _in_row(model: type[Model], column: str, read: Callable[[str], str]) -> Finder:
    """For what keeps its tags in the row that `column` finds."""

    def find(account: Account, arn: str) -> Tags | None:
        rows = model._default_manager.filter(account=account, **{column: read(arn)})
        found = rows.values_list("tags", flat=True).first()
        return None if found is None else _pairs(found)

    return find


def _name(arn: str) -> str:
    return arn.rpartition("/")[2]


_TAGGED: dict[str, Finder] = {
    "user": _of_user,
    "role": _in_row(Role, "name_folded", lambda arn: folded(_name(arn))),
    "instance-profile": _in_row(InstanceProfile, "name_folded", lambda arn: folded(_name(arn))),
    "policy": _in_row(ManagedPolicy, "arn", str),
    "mfa": _in_row(VirtualMfaDevice, "serial_number", str),
}


def _tags(user: User) -> Tags:
    return [(tag.key, tag.value) for tag in UserTag.of_user(user.pk)]


def _pairs(tags: Iterable[Mapping[str, str]] | None) -> Tags:
    """From AWS's way of writing tags; what has no key is refused elsewhere."""
    return [(tag["Key"], tag["Value"]) for tag in tags or () if tag]


def _keys(prefix: str, tags: Iterable[tuple[str, str]]) -> Keys:
    return {f"{prefix}/{key}": value for key, value in tags}


def _bool(value: bool) -> str:
    return "true" if value else "false"
