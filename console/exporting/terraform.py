"""An account as Terraform configuration for the AWS provider, 5 or later.

https://registry.terraform.io/providers/hashicorp/aws/latest/docs
"""

from __future__ import annotations

from collections.abc import Iterator
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
from console.exporting.hcl import Expression, Names, block, document, escaped
from console.exporting.snapshot import Entity, Snapshot

_HEAD = """# The IAM of account {account}. Passwords, access keys and MFA devices are not here,
# nor is the account alias, which exists once in all of AWS.
terraform {{
  required_providers {{
    aws = {{
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }}
  }}
}}

data "aws_caller_identity" "current" {{}}

locals {{
  account_id = data.aws_caller_identity.current.account_id
}}
"""
_IN_CIRCLE = "# Trusts itself, or one that trusts it: apply it once without that principal.\n"
_PASSWORDS = {
    "MinimumPasswordLength": "minimum_password_length",
    "RequireSymbols": "require_symbols",
    "RequireNumbers": "require_numbers",
    "RequireUppercaseCharacters": "require_uppercase_characters",
    "RequireLowercaseCharacters": "require_lowercase_characters",
    "AllowUsersToChangePassword": "allow_users_to_change_password",
    "MaxPasswordAge": "max_password_age",
    "PasswordReusePrevention": "password_reuse_prevention",
    "HardExpiry": "hard_expiry",
}


def configuration(snapshot: Snapshot) -> Iterator[str]:
    """The file in pieces, one for each block."""
    yield _HEAD.format(account=snapshot.account_id)
    for one in _Writer(snapshot).blocks():
        yield "\n" + one


class _Writer:
    """`at` says which resource an ARN or a group's name became."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.all = snapshot
        self.names = Names()
        self.at: dict[str, str] = {}
        self.roles, self.in_circle = in_order(snapshot.roles)
        for kind, key, entities in (
            ("aws_iam_policy", "PolicyName", snapshot.policies),
            ("aws_iam_group", "GroupName", snapshot.groups),
            ("aws_iam_user", "UserName", snapshot.users),
            ("aws_iam_role", "RoleName", snapshot.roles),
        ):
            for one in entities:
                linked = kind == "aws_iam_role" and service_of(one)
                real = "aws_iam_service_linked_role" if linked else kind
                self.at[one["Arn"]] = f"{real}.{self.names.new(real, one[key])}"
        self.groups = {one["GroupName"]: self.at[one["Arn"]] for one in snapshot.groups}

    def blocks(self) -> Iterator[str]:
        for policy in self.all.policies:
            yield self._policy(policy)
        for group in self.all.groups:
            yield from self._group(group)
        for user in self.all.users:
            yield from self._user(user)
        for role in self.roles:
            yield from self._role(role)
        yield from map(self._profile, self.all.profiles)
        yield from map(self._saml, self.all.saml)
        yield from map(self._oidc, self.all.oidc)
        if rules := self.all.password_policy:
            given = {ours: rules[theirs] for theirs, ours in _PASSWORDS.items() if theirs in rules}
            yield block("aws_iam_account_password_policy", "rules", given)

    # --- values ------------------------------------------------------------------------------

    def _text(self, text: str) -> str:
        """With the number of the account that it will be applied to in the place of ours."""
        own, there = self.all.account_id, "${local.account_id}"
        return there if text == own else escaped(text).replace(f":{own}:", f":{there}:")

    def _document(self, one: Any) -> Expression:
        return document(mapped(one, self._text))

    def _arn(self, arn: str) -> Any:
        return Expression(f"{self.at[arn]}.arn") if arn in self.at else self._text(arn)

    def _head(self, entity: Entity, name: str) -> dict[str, Any]:
        boundary = entity.get("PermissionsBoundary")
        tags = {escaped(tag["Key"]): escaped(tag["Value"]) for tag in entity.get("Tags", [])}
        return {
            "name": entity[name],
            "path": escaped(entity["Path"]),
            "permissions_boundary": boundary and self._arn(boundary["PermissionsBoundaryArn"]),
            "tags": tags,
        }

    def _named(self, entity: Entity) -> str:
        return self.at[entity["Arn"]].partition(".")[2]

    # --- entities ----------------------------------------------------------------------------

    def _policy(self, policy: Entity) -> str:
        given = {"description": escaped(policy.get("Description", ""))}
        given |= self._head(policy, "PolicyName") | {"policy": self._document(in_force(policy))}
        return block("aws_iam_policy", self._named(policy), given)

    def _group(self, group: Entity) -> Iterator[str]:
        yield block("aws_iam_group", self._named(group), self._head(group, "GroupName"))
        yield from self._permissions(group, "group", "GroupPolicyList")

    def _user(self, user: Entity) -> Iterator[str]:
        yield block("aws_iam_user", self._named(user), self._head(user, "UserName"))
        yield from self._permissions(user, "user", "UserPolicyList")
        joined = [Expression(f"{self.groups[name]}.name") for name in user["GroupList"]]
        if joined:
            of = Expression(f"{self.at[user['Arn']]}.name")
            given = {"user": of, "groups": joined}
            yield block("aws_iam_user_group_membership", self._named(user), given)

    def _role(self, role: Entity) -> Iterator[str]:
        if service := service_of(role):
            given = {"aws_service_name": service, "custom_suffix": suffix_of(role)}
            given["description"] = escaped(role.get("Description", ""))
            yield block("aws_iam_service_linked_role", self._named(role), given)
            return
        circle = role["RoleName"] in self.in_circle
        first = [self.at[arn] for arn in trusted(role) if arn in self.at]
        given = self._head(role, "RoleName") | {
            "description": escaped(role.get("Description", "")),
            "max_session_duration": role.get("MaxSessionDuration"),
            "assume_role_policy": self._document(
                without_the_gone(role["AssumeRolePolicyDocument"])
            ),
            "depends_on": [] if circle else [Expression(one) for one in sorted(set(first))],
        }
        made = block("aws_iam_role", self._named(role), given)
        yield (_IN_CIRCLE if circle else "") + made
        yield from self._permissions(role, "role", "RolePolicyList")

    def _permissions(self, entity: Entity, kind: str, inline: str) -> Iterator[str]:
        """Inline policies and attachments of a user, group or role."""
        name, of = self._named(entity), Expression(f"{self.at[entity['Arn']]}.name")
        for policy in entity[inline]:
            given = {"name": policy["PolicyName"], kind: of}
            given["policy"] = self._document(policy["PolicyDocument"])
            resource = f"aws_iam_{kind}_policy"
            new = self.names.new(resource, f"{name}_{policy['PolicyName']}")
            yield block(resource, new, given)
        for policy in entity["AttachedManagedPolicies"]:
            resource = f"aws_iam_{kind}_policy_attachment"
            new = self.names.new(resource, f"{name}_{policy['PolicyName']}")
            yield block(resource, new, {kind: of, "policy_arn": self._arn(policy["PolicyArn"])})

    def _profile(self, profile: Entity) -> str:
        role = [Expression(f"{self.at[one['Arn']]}.name") for one in profile["Roles"]]
        given = self._head(profile, "InstanceProfileName") | {"role": role[0] if role else None}
        name = self.names.new("aws_iam_instance_profile", profile["InstanceProfileName"])
        return block("aws_iam_instance_profile", name, given)

    def _saml(self, provider: Entity) -> str:
        given = {"name": provider["Name"], **self._tags(provider)}
        given["saml_metadata_document"] = escaped(provider["SAMLMetadataDocument"])
        name = self.names.new("aws_iam_saml_provider", provider["Name"])
        return block("aws_iam_saml_provider", name, given)

    def _oidc(self, provider: Entity) -> str:
        given = {
            "url": escaped(f"https://{provider['Url'].removeprefix('https://')}"),
            "client_id_list": [escaped(one) for one in provider["ClientIDList"]],
            "thumbprint_list": provider["ThumbprintList"],
            **self._tags(provider),
        }
        name = self.names.new("aws_iam_openid_connect_provider", provider["Url"])
        return block("aws_iam_openid_connect_provider", name, given)

    def _tags(self, provider: Entity) -> dict[str, Any]:
        tags = provider.get("Tags", [])
        return {"tags": {escaped(tag["Key"]): escaped(tag["Value"]) for tag in tags}}
