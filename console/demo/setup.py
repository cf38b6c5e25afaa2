"""*Set up for me* and *Remove it all*: through the one door, with the rights of who asks.

Each scenario is what an administrator would do by hand: a provider, roles that trust it, a policy.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings

from console.demo import directory, keys
from console.models import Demonstration
from federation import key_sets
from federation.models import OidcProvider
from identity import arns
from identity.errors import NoSuchEntity

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

    from identity.models import Account

SAML_PROVIDER, OIDC_PROVIDER = "SAML provider", "OpenID Connect provider"
ROLE, POLICY, USER, ACCESS_KEY = "Role", "Policy", "User", "Access key"
DIRECTORY, OPENID, BROKER = "directory", "openid", "broker"
SCENARIOS = (DIRECTORY, OPENID, BROKER)

CLIENT_ID = "demo-photo-app"
_LONGEST_SESSION = 43_200
_READ_IAM = "arn:aws:iam::aws:policy/IAMReadOnlyAccess"
_AUDIT = "arn:aws:iam::aws:policy/SecurityAudit"

Document = Mapping[str, Any]


def issuer() -> str:
    """The OpenID provider's name. Issuers are https and hosts by name (Discovery 1.0 section 3)."""
    port = settings.BASE_URL.rpartition(":")[2]
    at = f":{port}" if port.isdigit() else ""
    return f"https://localhost{at}/demo/oidc"


@dataclass(slots=True)
class Builder:
    """Makes things and remembers them in order."""

    iam: IAMClient
    account: Account
    row: Demonstration

    def note(self, kind: str, name: str) -> None:
        self.row.made.append([kind, name])

    def policy(self, name: str, *statements: Document) -> str:
        made = self.iam.create_policy(PolicyName=name, PolicyDocument=_document(*statements))
        self.note(POLICY, made["Policy"]["Arn"])
        return made["Policy"]["Arn"]

    def role(self, name: str, trust: Document, policies: list[str], about: str) -> str:
        made = self.iam.create_role(
            RoleName=name,
            Description=about,
            MaxSessionDuration=_LONGEST_SESSION,
            AssumeRolePolicyDocument=_document(trust),
        )
        self.note(ROLE, name)
        for policy in policies:
            self.iam.attach_role_policy(RoleName=name, PolicyArn=policy)
        return made["Role"]["Arn"]


def set_up(iam: IAMClient, account: Account, scenario: str) -> Demonstration:
    """Make what the scenario needs. Raises AwsError; the caller's transaction undoes the rest."""
    row = Demonstration(account=account, scenario=scenario)
    _MAKE[scenario](Builder(iam, account, row))
    row.save(force_insert=True)
    return row


def remove(iam: IAMClient, row: Demonstration) -> None:
    """Remove what was made, the last first; what somebody removed by hand is no obstacle.

    With the last account's demonstration its signing key goes, too.
    """
    for kind, name in reversed(row.made):
        _REMOVE[kind](iam, name)
    row.delete()
    if not Demonstration.objects.filter(scenario=row.scenario).exists():
        keys.forget(row.scenario)


# --- what each scenario needs --------------------------------------------------------------------


def _directory(build: Builder) -> None:
    _key, certificate = keys.key(keys.DIRECTORY)
    made = build.iam.create_saml_provider(
        Name="DemoDirectory", SAMLMetadataDocument=directory.metadata(certificate)
    )
    build.note(SAML_PROVIDER, made["SAMLProviderArn"])
    trust = {
        "Effect": "Allow",
        "Principal": {"Federated": made["SAMLProviderArn"]},
        "Action": ["sts:AssumeRoleWithSAML", "sts:TagSession", "sts:SetSourceIdentity"],
        "Condition": {"StringEquals": {"SAML:aud": directory.acs()}},
    }
    reading = build.policy("DemoDirectoryReading", _allow("iam:GetRole", "iam:ListRoles"))
    build.role("DemoDeveloper", trust, [reading], "Developers of the demonstration's directory")
    build.role("DemoAuditor", trust, [_AUDIT], "Auditors of the demonstration's directory")


def _openid(build: Builder) -> None:
    url = issuer()
    made = build.iam.create_open_id_connect_provider(Url=url, ClientIDList=[CLIENT_ID])
    build.note(OIDC_PROVIDER, made["OpenIDConnectProviderArn"])
    name = url.removeprefix("https://")
    # No TLS is served for this name: an operator would hand over the keys of such a provider.
    provider = OidcProvider.objects.get(account=build.account, url=name)
    key_sets.upload(provider, json.dumps(keys.key_set()))
    trust = {
        "Effect": "Allow",
        "Principal": {"Federated": made["OpenIDConnectProviderArn"]},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {f"{name}:aud": CLIENT_ID}},
    }
    policy = build.policy("DemoPhotoApp", _allow("iam:ListAccountAliases"))
    build.role("DemoPhotoApp", trust, [policy], "People of the demonstration's photo app")


def _broker(build: Builder) -> None:
    """A user with an access key: AWS lets a broker act with long-term keys only."""
    build.iam.create_user(UserName="DemoBroker")
    build.note(USER, "DemoBroker")
    trust = {
        "Effect": "Allow",
        "Principal": {"AWS": arns.iam(build.account.pk, "user", "DemoBroker")},
        "Action": ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"],
    }
    role = build.role("DemoSupport", trust, [_READ_IAM], "Support, by the demonstration's broker")
    # What federated users may do at most is what the broker itself may do.
    build.iam.put_user_policy(
        UserName="DemoBroker",
        PolicyName="Broker",
        PolicyDocument=_document(
            {"Effect": "Allow", "Action": ["sts:AssumeRole", "sts:TagSession"], "Resource": role},
            _allow("sts:GetFederationToken", "iam:GetAccountSummary", "iam:ListAccountAliases"),
        ),
    )
    key = build.iam.create_access_key(UserName="DemoBroker")["AccessKey"]
    build.note(ACCESS_KEY, key["AccessKeyId"])
    build.row.key_id = key["AccessKeyId"]
    build.row.keep(key["SecretAccessKey"])


_MAKE: Mapping[str, Callable[[Builder], None]] = {
    DIRECTORY: _directory,
    OPENID: _openid,
    BROKER: _broker,
}


def _allow(*actions: str) -> Document:
    return {"Effect": "Allow", "Action": list(actions), "Resource": "*"}


def _document(*statements: Document) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


# --- removing ------------------------------------------------------------------------------------


def _remove_role(iam: IAMClient, name: str) -> None:
    try:
        attached = iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
    except NoSuchEntity:
        return
    for policy in attached:
        iam.detach_role_policy(RoleName=name, PolicyArn=policy["PolicyArn"])
    for inline in iam.list_role_policies(RoleName=name)["PolicyNames"]:
        iam.delete_role_policy(RoleName=name, PolicyName=inline)
    iam.delete_role(RoleName=name)


def _remove_user(iam: IAMClient, name: str) -> None:
    try:
        keys_of = iam.list_access_keys(UserName=name)["AccessKeyMetadata"]
    except NoSuchEntity:
        return
    for key in keys_of:
        iam.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
    for inline in iam.list_user_policies(UserName=name)["PolicyNames"]:
        iam.delete_user_policy(UserName=name, PolicyName=inline)
    iam.delete_user(UserName=name)


def _remove_policy(iam: IAMClient, arn: str) -> None:
    _unless_gone(lambda: iam.delete_policy(PolicyArn=arn))


def _remove_saml(iam: IAMClient, arn: str) -> None:
    _unless_gone(lambda: iam.delete_saml_provider(SAMLProviderArn=arn))


def _remove_oidc(iam: IAMClient, arn: str) -> None:
    _unless_gone(lambda: iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=arn))


def _unless_gone(act: Callable[[], object]) -> None:
    try:
        act()
    except NoSuchEntity:
        return


_REMOVE: Mapping[str, Callable[[IAMClient, str], None]] = {
    ROLE: _remove_role,
    USER: _remove_user,
    ACCESS_KEY: lambda _iam, _name: None,  # goes with its user
    POLICY: _remove_policy,
    SAML_PROVIDER: _remove_saml,
    OIDC_PROVIDER: _remove_oidc,
}
