"""What is true of a request, under AWS's names for condition keys and policy variables.

A key that does not apply is absent, not empty: operators treat the two differently.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from identity import arns
from identity.callers import Caller, Session
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
    """The tags of the principal, of the user that `resource` names, and of the request.

    A request that creates a tagged user is judged by the tags that the user will have.
    """
    asked = [(tag["Key"], tag["Value"]) for tag in params.get("Tags") or () if tag]
    on_resource = _tags_of_resource(caller.account, resource) or asked
    keys = _keys("aws:PrincipalTag", _tags(caller.user))
    keys |= _keys("aws:ResourceTag", on_resource) | _keys("iam:ResourceTag", on_resource)
    keys |= _keys("aws:RequestTag", asked)
    names = tuple(key for key, _ in asked) or tuple(params.get("TagKeys") or ())
    return keys | {"aws:TagKeys": names} if names else keys


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
