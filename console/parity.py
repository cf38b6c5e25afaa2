"""Which of the API's actions has which page of the console, and why the others have none.

A test holds this against the table of answered actions, so that an action cannot lose its page
without being noticed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from console import navigation
from identity import unsigned
from identity.operations import registry

Text = str | Promise

# The first pattern that matches the whole name decides.
_PAGES = (
    (r"\w+(AccountAlias|AccountAliases)", "account-settings"),
    (r"\w+AccountPasswordPolicy", "password-policy"),
    (r"SetSecurityTokenServicePreferences", "account-settings"),
    (r"GetAccountSummary", "dashboard"),
    (r"\w+CredentialReport", "credential-report"),
    (r"GetAccountAuthorizationDetails", "export"),
    (r"ChangePassword", "me-password"),
    (r"\w*(Simulate|GetContextKeysFor)\w+", "simulator"),
    (r"DecodeAuthorizationMessage", "explain"),
    (r"(Create|Delete|Enable)VirtualMFADevice|EnableMFADevice", "me-mfa"),
    (r"GetAccessKeyLastUsed|\w+AccessKeys?|\w+LoginProfile", "users"),
    (r"(Deactivate|Get|Resync)MFADevice|ListMFADevices", "users"),
    (r"\w+(SSHPublicKey|SigningCertificate|ServiceSpecificCredential)s?", "users"),
    (r"\w+OpenIDConnectProvider\w*|\w+SAMLProvider\w*", "providers"),
    (r"(Get|Generate)ServiceLastAccessed\w+|ListPoliciesGrantingServiceAccess", "users"),
    (r"AssumeRole", "switch-role"),
    (r"AssumeRoleWithSAML", "providers"),
    (
        r"\w*Role(PermissionsBoundary|Policy|Policies|Description|Tags)?|\w*Roles|\w+AssumeRolePolicy",
        "roles",
    ),
    (r"\w*Group(Policy|Policies)?|ListGroups|(Add|Remove)User(To|From)Group", "groups"),
    (r"\w*User(PermissionsBoundary|Policy|Policies|Tags)?|ListUsers|ListGroupsForUser", "users"),
    (
        r"\w*Policy(Version|Versions|Tags)?|ListPolicies|ListEntitiesForPolicy|SetDefaultPolicyVersion",
        "policies",
    ),
    (r"GetCallerIdentity", "home"),
)
_PROGRAMS = _("for programs: gives credentials, which a page has no use for")
_WITHOUT = (
    (r"\w*ServiceLinked\w+", _("services make and delete these roles for themselves")),
    (r"\w*InstanceProfiles?\w*", _("for machines that run with a role; by command line")),
    (r"\w*ServerCertificates?\w*", _("TLS certificates for load balancers; by command line")),
    (r"\w*MFADeviceTags|(Tag|Untag)MFADevice|ListVirtualMFADevices", _("by command line")),
    (r"\w*Organizations\w*", _("comes with organizations")),
    (r"\w*OutboundWebIdentityFederation\w*", _("always off here")),
    (r"GetFederationToken|GetSessionToken|AssumeRoleWithWebIdentity", _PROGRAMS),
    (r"GetAccessKeyInfo", _("the search does the same for keys of this account")),
)


@dataclass(frozen=True, slots=True)
class Row:
    """An answered action; `page` is the name of its page, or `reason` why there is none."""

    service: str
    action: str
    page: str = ""
    reason: Text = ""

    @property
    def url(self) -> str:
        return navigation.address(self.page) if self.page else ""


def rows() -> list[Row]:
    """Every answered action. Raises LookupError for one that nobody thought of."""
    return [_row(*named) for named in sorted({*registry.TABLE, *unsigned.TABLE})]


def _row(service: str, action: str) -> Row:
    for pattern, reason in _WITHOUT:
        if re.fullmatch(pattern, action):
            return Row(service, action, reason=reason)
    for pattern, page in _PAGES:
        if re.fullmatch(pattern, action):
            return Row(service, action, page)
    raise LookupError(f"`{service}:{action}` has neither a page nor a reason")
