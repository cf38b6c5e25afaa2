"""What an account holds, read through the door as any SDK would."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from identity.errors import NoSuchEntity

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

Entity = dict[str, Any]
Step = Callable[[int], None]

LISTS = {
    "UserDetailList": ("User",),
    "GroupDetailList": ("Group",),
    "RoleDetailList": ("Role",),
    "Policies": ("LocalManagedPolicy", "AWSManagedPolicy"),
}
"""The lists of GetAccountAuthorizationDetails, and what its filter calls them."""

_PAGE = 500
_DOCUMENTS = ("PolicyDocument", "AssumeRolePolicyDocument", "Document")


@dataclass(frozen=True)
class Snapshot:
    """Entities as GetAccountAuthorizationDetails has them, with what it leaves out added.

    Policies are the account's own; roles have Description and MaxSessionDuration.
    """

    account_id: str
    users: list[Entity]
    groups: list[Entity]
    roles: list[Entity]
    policies: list[Entity]
    profiles: list[Entity] = field(default_factory=list)
    saml: list[Entity] = field(default_factory=list)
    oidc: list[Entity] = field(default_factory=list)
    password_policy: Entity | None = None


def details(iam: IAMClient, *kinds: str) -> Iterator[list[Entity]]:
    """Pages of one of the lists, documents as objects."""
    marker: dict[str, str] = {}
    while True:
        answer: Entity = iam.get_account_authorization_details(  # type: ignore[assignment]  # read by key
            Filter=list(kinds),  # type: ignore[arg-type]  # of LISTS
            MaxItems=_PAGE,
            **marker,
        )
        for name, wanted in LISTS.items():
            if wanted[0] in kinds:
                yield [readable(one) for one in answer[name]]
        if not answer["IsTruncated"]:
            return
        marker = {"Marker": answer["Marker"]}


def readable(value: Any) -> Any:
    """With policy documents as objects, as boto3 and the AWS CLI show them."""
    if isinstance(value, list):
        return [readable(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        name: json.loads(unquote(one))
        if name in _DOCUMENTS and isinstance(one, str)
        else readable(one)
        for name, one in value.items()
    }


def snapshot(iam: IAMClient, account_id: str, step: Step) -> Snapshot:
    """All of it, in memory: for languages that name what stands elsewhere in the file."""
    found = {name: _all(iam, kinds[0], step) for name, kinds in LISTS.items()}
    roles = {one["RoleName"]: one for one in found["RoleDetailList"]}
    for page in _pages(iam.list_roles, "Roles"):
        for one in page:
            extra = {name: one[name] for name in _OF_ROLE if name in one}
            roles.get(one["RoleName"], {}).update(extra)
    for policy in found["Policies"]:
        policy.update(iam.get_policy(PolicyArn=policy["Arn"])["Policy"])
        step(1)
    return Snapshot(
        account_id,
        found["UserDetailList"],
        found["GroupDetailList"],
        found["RoleDetailList"],
        found["Policies"],
        [one for page in _pages(iam.list_instance_profiles, "InstanceProfiles") for one in page],
        [_saml(iam, one["Arn"]) for one in iam.list_saml_providers()["SAMLProviderList"]],
        [_oidc(iam, one["Arn"]) for one in _oidc_list(iam)],
        _password_policy(iam),
    )


_OF_ROLE = ("Description", "MaxSessionDuration")


def _all(iam: IAMClient, kind: str, step: Step) -> list[Entity]:
    found: list[Entity] = []
    for page in details(iam, kind):
        found += page
        step(len(page))
    return found


def _pages(read: Callable[..., Any], name: str) -> Iterator[list[Entity]]:
    marker: dict[str, str] = {}
    while True:
        answer = read(MaxItems=_PAGE, **marker)
        yield answer[name]
        if not answer["IsTruncated"]:
            return
        marker = {"Marker": answer["Marker"]}


def _saml(iam: IAMClient, arn: str) -> Entity:
    return {"Name": arn.rpartition("/")[2], **iam.get_saml_provider(SAMLProviderArn=arn)}


def _oidc_list(iam: IAMClient) -> list[Any]:
    return list(iam.list_open_id_connect_providers()["OpenIDConnectProviderList"])


def _oidc(iam: IAMClient, arn: str) -> Entity:
    return {**iam.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)}


def _password_policy(iam: IAMClient) -> Entity | None:
    try:
        return {**iam.get_account_password_policy()["PasswordPolicy"]}
    except NoSuchEntity:
        return None
