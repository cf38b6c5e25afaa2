"""An account as CloudFormation templates.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/AWS_IAM.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from console.exporting.documents import (
    in_force,
    in_order,
    mapped,
    service_of,
    suffix_of,
    trusted,
    without_the_gone,
)
from console.exporting.snapshot import Entity, Snapshot

MOST_RESOURCES = 500
"""In one template; AWS takes no more."""

_LARGEST = 900_000  # of the 1,000,000 bytes that AWS takes from S3
_NOT_IN_IDS = re.compile(r"[^A-Za-z0-9]")

Resource = tuple[str, dict[str, Any]]


def templates(snapshot: Snapshot) -> list[str]:
    """As many as its size needs, to be deployed in this order with CAPABILITY_NAMED_IAM."""
    stacks: list[dict[str, Any]] = [{}]
    size = 0
    for name, resource in _Writer(snapshot).resources():
        length = len(json.dumps(resource, indent=2))
        if len(stacks[-1]) == MOST_RESOURCES or size + length > _LARGEST:
            stacks.append({})
            size = 0
        stacks[-1][name] = resource
        size += length
    return [_template(snapshot, stack) for stack in stacks]


def _template(snapshot: Snapshot, resources: dict[str, Any]) -> str:
    """What resources depend on outside of the template is there already."""
    for resource in resources.values():
        before = [name for name in resource.pop("DependsOn", []) if name in resources]
        if before:
            resource["DependsOn"] = before
    template = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": f"The IAM of account {snapshot.account_id}, without credentials",
        "Resources": resources,
    }
    return json.dumps(template, indent=2, ensure_ascii=False) + "\n"


class _Writer:
    """Entities name each other by name or ARN, so that a template can be cut anywhere."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.all = snapshot
        self._taken: set[str] = set()
        self.at: dict[str, str] = {}
        self.roles, self.in_circle = in_order(snapshot.roles)

    def resources(self) -> Iterator[Resource]:
        for policy in self.all.policies:
            yield self._resource("ManagedPolicy", policy, "PolicyName", self._policy(policy))
        for group in self.all.groups:
            given = self._holder(group, "Group")
            yield self._resource("Group", group, "GroupName", given, self._needed(group))
        groups = {one["GroupName"]: self.at[one["Arn"]] for one in self.all.groups}
        for user in self.all.users:
            before = [*self._needed(user), *(groups[name] for name in user["GroupList"])]
            given = self._holder(user, "User") | {"Groups": user["GroupList"]}
            yield self._resource("User", user, "UserName", given, before)
        for role in self.roles:
            yield self._role(role)
        for profile in self.all.profiles:
            yield self._profile(profile)
        for provider in self.all.saml:
            given = {"Name": provider["Name"], "Tags": _tags(provider)}
            given["SamlMetadataDocument"] = provider["SAMLMetadataDocument"]
            yield self._resource("SAMLProvider", provider, "Name", given)
        for provider in self.all.oidc:
            yield self._oidc(provider)

    def _resource(
        self, kind: str, entity: Entity, key: str, given: dict[str, Any], before: Sequence[str] = ()
    ) -> Resource:
        name = self._new(f"{kind}{_NOT_IN_IDS.sub('', entity[key])}"[:200])
        self.at[entity.get("Arn", name)] = name
        properties = {key: one for key, one in given.items() if one not in (None, "", [], {})}
        made: dict[str, Any] = {"Type": f"AWS::IAM::{kind}"}
        if before:
            made["DependsOn"] = sorted(set(before))
        return name, made | {"Properties": properties}

    def _new(self, name: str) -> str:
        found, number = name, 2
        while found in self._taken:
            found, number = f"{name}{number}", number + 1
        self._taken.add(found)
        return found

    # --- values ------------------------------------------------------------------------------

    def _text(self, text: str) -> Any:
        """With the number of the account that it will be applied to in the place of ours."""
        own, there = self.all.account_id, "${AWS::AccountId}"
        if text == own:
            return {"Ref": "AWS::AccountId"}
        if f":{own}:" not in text:
            return text
        return {"Fn::Sub": text.replace("${", "${!").replace(f":{own}:", f":{there}:")}

    def _document(self, one: Any) -> Any:
        return mapped(one, self._text)

    def _holder(self, entity: Entity, kind: str) -> dict[str, Any]:
        """What users, groups and roles have alike."""
        boundary = entity.get("PermissionsBoundary")
        return {
            f"{kind}Name": entity[f"{kind}Name"],
            "Path": entity["Path"],
            "ManagedPolicyArns": [
                self._text(one["PolicyArn"]) for one in entity["AttachedManagedPolicies"]
            ],
            "Policies": [
                {
                    "PolicyName": one["PolicyName"],
                    "PolicyDocument": self._document(one["PolicyDocument"]),
                }
                for one in entity[f"{kind}PolicyList"]
            ],
            "PermissionsBoundary": boundary and self._text(boundary["PermissionsBoundaryArn"]),
            "Tags": _tags(entity),
        }

    def _needed(self, entity: Entity) -> list[str]:
        """The policies that an entity names."""
        arns = [one["PolicyArn"] for one in entity["AttachedManagedPolicies"]]
        if boundary := entity.get("PermissionsBoundary"):
            arns.append(boundary["PermissionsBoundaryArn"])
        return [self.at[arn] for arn in arns if arn in self.at]

    # --- entities ----------------------------------------------------------------------------

    def _policy(self, policy: Entity) -> dict[str, Any]:
        return {
            "ManagedPolicyName": policy["PolicyName"],
            "Path": policy["Path"],
            "Description": policy.get("Description"),
            "PolicyDocument": self._document(in_force(policy)),
        }

    def _role(self, role: Entity) -> Resource:
        if service := service_of(role):
            given = {"AWSServiceName": service, "CustomSuffix": suffix_of(role)}
            given["Description"] = role.get("Description", "")
            return self._resource("ServiceLinkedRole", role, "RoleName", given)
        circle = role["RoleName"] in self.in_circle
        before = [] if circle else [self.at[arn] for arn in trusted(role) if arn in self.at]
        given = self._holder(role, "Role") | {
            "Description": role.get("Description"),
            "MaxSessionDuration": role.get("MaxSessionDuration"),
            "AssumeRolePolicyDocument": self._document(
                without_the_gone(role["AssumeRolePolicyDocument"])
            ),
        }
        return self._resource("Role", role, "RoleName", given, [*before, *self._needed(role)])

    def _profile(self, profile: Entity) -> Resource:
        roles = profile["Roles"]
        given = {
            "InstanceProfileName": profile["InstanceProfileName"],
            "Path": profile["Path"],
            "Roles": [one["RoleName"] for one in roles],
        }
        before = [self.at[one["Arn"]] for one in roles if one["Arn"] in self.at]
        return self._resource("InstanceProfile", profile, "InstanceProfileName", given, before)

    def _oidc(self, provider: Entity) -> Resource:
        given = {
            "Url": f"https://{provider['Url'].removeprefix('https://')}",
            "ClientIdList": provider["ClientIDList"],
            "ThumbprintList": provider["ThumbprintList"],
            "Tags": _tags(provider),
        }
        return self._resource("OIDCProvider", provider, "Url", given)


def _tags(entity: Entity) -> list[dict[str, str]]:
    return [{"Key": tag["Key"], "Value": tag["Value"]} for tag in entity.get("Tags", [])]
