"""What is true of a request, under AWS's names for condition keys and policy variables.

A key that does not apply is absent, not empty: operators treat the two differently.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from identity import arns
from identity.callers import Caller, Kind, Session
from identity.facts import Facts
from identity.models import Account, User, UserTag

Keys = dict[str, str | tuple[str, ...]]

NO_PARAMS: Mapping[str, Any] = MappingProxyType({})
NO_KEYS: Mapping[str, str | tuple[str, ...]] = MappingProxyType({})


def of(caller: Caller, facts: Facts) -> Keys:
    """The global keys that need no look-up."""
    keys: Keys = {
        "aws:CurrentTime": f"{facts.at:%Y-%m-%dT%H:%M:%SZ}",
        "aws:EpochTime": str(int(facts.at.timestamp())),
        "aws:PrincipalAccount": caller.account_id,
        "aws:PrincipalArn": caller.principal_arn,
        "aws:PrincipalIsAWSService": "false",
        "aws:PrincipalType": caller.principal_type,
        "aws:RequestedRegion": facts.region,
        "aws:SecureTransport": _bool(facts.secure),
        "aws:SourceIp": facts.source_ip,
        "aws:UserAgent": facts.user_agent,
        "aws:ViaAWSService": "false",
        "aws:userid": caller.user_id,
    }
    if facts.referer:
        keys["aws:referer"] = facts.referer
    if caller.kind is Kind.USER:
        keys["aws:username"] = caller.user.name
    if caller.session:
        keys |= _of_session(caller.session)
        # A role's session says nothing of MFA: who assumed the role may have used it, or not.
        keys |= {} if caller.role else of_mfa(caller.mfa_at, facts)
    return keys


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
    return keys


def speaks_of_tags(document: str) -> bool:
    """Whether a policy's text can name a key of `of_tags`, in a condition or as a variable.

    An escape in the JSON may hide one, so that any backslash counts.
    """
    text = document.lower()
    return "tag/" in text or "tagkeys" in text or "\\" in text


def of_tags(caller: Caller, resource: str, params: Mapping[str, Any]) -> Keys:
    """The tags of the principal, of the user that `resource` names, and of the request.

    A request that creates a tagged user is judged by the tags that the user will have.
    """
    asked = [(tag["Key"], tag["Value"]) for tag in params.get("Tags") or () if tag]
    on_resource = _tags_of_resource(caller.account, resource) or asked
    keys = _keys("aws:PrincipalTag", principal_tags(caller).items())
    keys |= _keys("aws:ResourceTag", on_resource) | _keys("iam:ResourceTag", on_resource)
    keys |= _keys("aws:RequestTag", asked)
    names = tuple(key for key, _ in asked) or tuple(params.get("TagKeys") or ())
    return keys | {"aws:TagKeys": names} if names else keys


def principal_tags(caller: Caller) -> dict[str, str]:
    """The tags of the user or role, and over them, whatever their case, those of the session."""
    own = caller.principal
    tags = dict(_tags(own)) if isinstance(own, User) else _pairs(own.tags)
    given = caller.session.tags if caller.session else {}
    taken = {key.lower() for key in given}
    return {key: value for key, value in tags.items() if key.lower() not in taken} | dict(given)


def _pairs(tags: Iterable[Mapping[str, str]]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in tags}


def of_role_tags(tags: Iterable[Mapping[str, str]]) -> Keys:
    """The tags of a role as those of the resource that is assumed."""
    pairs = _pairs(tags).items()
    return _keys("aws:ResourceTag", pairs) | _keys("iam:ResourceTag", pairs)


def _tags_of_resource(account: Account, resource: str) -> list[tuple[str, str]]:
    """The tags of a user, found by an ARN of this account that names one."""
    prefix = arns.user(account.id, "")
    if not resource.startswith(prefix):
        return []
    user = User.named_in(account, resource.rpartition("/")[2])
    return _tags(user) if user else []


def _tags(user: User) -> list[tuple[str, str]]:
    return [(tag.key, tag.value) for tag in UserTag.of_user(user.pk)]


def _keys(prefix: str, tags: Iterable[tuple[str, str]]) -> Keys:
    return {f"{prefix}/{key}": value for key, value in tags}


def _bool(value: bool) -> str:
    return "true" if value else "false"
