"""The help topics: plain text, the API's actions for the same, and the pages to do it on."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from console.search_words import contains

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Topic:
    """`actions` are those of the API; `pages` are names of the console's pages."""

    key: str
    title: Text
    text: tuple[Text, ...]
    actions: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        return " ".join(map(str, (self.title, *self.text, *self.actions)))


TOPICS = (
    Topic(
        "root-user",
        _("The root user"),
        (
            _(
                "Each account has one root user. It signs in with an e-mail address, and nothing "
                "in the account limits it."
            ),
            _(
                "Give it MFA, delete its access keys, and use it only for what nobody else can "
                "do: to close the account, to open billing to others, to let administrators in "
                "again."
            ),
        ),
        ("iam:GetAccountSummary",),
        ("me", "account-settings"),
    ),
    Topic(
        "users",
        _("Users"),
        (
            _(
                "A user is a person or a program with long-term credentials: a console password, "
                "access keys, or both."
            ),
            _(
                "People who have a sign-in at their company already are better served by a role "
                "and an identity provider: nothing of theirs has to be rotated or taken back "
                "here."
            ),
        ),
        ("iam:CreateUser", "iam:UpdateUser", "iam:DeleteUser"),
        ("users", "create-user"),
    ),
    Topic(
        "groups",
        _("User groups"),
        (
            _(
                "A user group gives the same permissions to all its users. A user may be in "
                "several; a group holds no other groups and cannot sign in."
            ),
        ),
        ("iam:CreateGroup", "iam:AddUserToGroup", "iam:AttachGroupPolicy"),
        ("groups", "create-group"),
    ),
    Topic(
        "roles",
        _("Roles and temporary credentials"),
        (
            _(
                "A role has permissions and a trust policy, but no password and no keys. Who the "
                "trust policy names can assume it and gets credentials that end by themselves."
            ),
            _(
                "In the console that is Switch role; the strip under the bar says which role is "
                "in use and when it ends."
            ),
        ),
        ("iam:CreateRole", "iam:UpdateAssumeRolePolicy", "sts:AssumeRole"),
        ("roles", "create-role", "switch-role"),
    ),
    Topic(
        "policies",
        _("Policies"),
        (
            _(
                "A policy is a JSON document of statements: Allow or Deny, actions, resources and "
                "conditions. A Deny always wins, and what nothing allows is denied."
            ),
            _(
                "Built-in policies are shipped and cannot be changed. Custom policies belong to "
                "the account and keep up to five versions. Inline policies belong to one user, "
                "group or role."
            ),
        ),
        ("iam:CreatePolicy", "iam:CreatePolicyVersion", "iam:AttachUserPolicy"),
        ("policies", "create-policy"),
    ),
    Topic(
        "boundaries",
        _("Permissions boundaries"),
        (
            _(
                "A boundary is a managed policy that says how far permissions can reach. It "
                "grants nothing by itself: allowed is what both the boundary and another policy "
                "allow."
            ),
            _(
                "With a boundary one can let others create users and roles without letting them "
                "create somebody mightier than themselves."
            ),
        ),
        ("iam:PutUserPermissionsBoundary", "iam:PutRolePermissionsBoundary"),
    ),
    Topic(
        "mfa",
        _("MFA and recovery codes"),
        (
            _(
                "With MFA a password alone opens nothing: a code from an authenticator app is "
                "asked for as well. Up to eight devices can be registered."
            ),
            _(
                "Recovery codes are for the day on which the phone is lost. Keep them apart from "
                "the password. An administrator can remove a lost device."
            ),
        ),
        ("iam:CreateVirtualMFADevice", "iam:EnableMFADevice", "iam:DeactivateMFADevice"),
        ("me-mfa", "me-mfa-add"),
    ),
    Topic(
        "passwords",
        _("Passwords and the password policy"),
        (
            _(
                "The password policy of the account holds for the console passwords of its users, "
                "and never for the root user. Long passwords without an expiry are better than "
                "short ones that change often."
            ),
        ),
        ("iam:UpdateAccountPasswordPolicy", "iam:ChangePassword", "iam:CreateLoginProfile"),
        ("password-policy", "me-password"),
    ),
    Topic(
        "access-keys",
        _("Access keys"),
        (
            _(
                "Programs sign their requests with an access key. Its secret is shown once, when "
                "it is made. A user can have two, so that one can be replaced while the other "
                "still works."
            ),
            _(
                "To rotate: create the new key, give it to the program, see that the old one is "
                "not used any more, deactivate it, and delete it some days later."
            ),
        ),
        ("iam:CreateAccessKey", "iam:UpdateAccessKey", "iam:DeleteAccessKey"),
        ("me-keys", "users"),
    ),
    Topic(
        "providers",
        _("Identity providers"),
        (
            _(
                "A SAML or OpenID Connect provider vouches for people and programs from "
                "elsewhere. Roles that trust it give them temporary credentials."
            ),
            _(
                "Put a condition on what the provider says of whom, such as the audience and the "
                "subject; otherwise all of its users can assume the role."
            ),
        ),
        ("iam:CreateSAMLProvider", "iam:CreateOpenIDConnectProvider", "sts:AssumeRoleWithSAML"),
        ("providers", "add-provider"),
    ),
    Topic(
        "denied",
        _("Why a request was denied"),
        (
            _(
                "The page of a denial names who, which action, on what, and which kind of policy "
                "said no. Explain this shows every statement that was looked at and the smallest "
                "one that would allow it."
            ),
        ),
        ("iam:SimulatePrincipalPolicy", "sts:DecodeAuthorizationMessage"),
        ("explain", "simulator"),
    ),
    Topic(
        "activity",
        _("Activity"),
        (
            _(
                "Every call, from a program or from this console, is recorded with who, when, "
                "from where and with what result. Secrets are left out."
            ),
        ),
        ("cloudtrail:LookupEvents",),
        ("activity",),
    ),
    Topic(
        "recommendations",
        _("Security recommendations"),
        (
            _(
                "The dashboard looks at the account at each visit and says what does not follow "
                "the good practices of identity management. Each row can be dismissed for 30 days "
                "with a reason, which is shown to everybody who sees the dashboard."
            ),
            _(
                "In an account of more than a thousand users what would have to be counted row by "
                "row is left to the credential report."
            ),
        ),
        ("iam:GetAccountSummary", "iam:GenerateCredentialReport"),
        ("dashboard",),
    ),
    Topic(
        "sessions",
        _("Sessions"),
        (
            _(
                "A console session ends at its limit, or when nothing was asked for a while; "
                "account settings say after how long. Five minutes before, a line tells of it."
            ),
            _(
                "Changing a password ends the other sessions of that user. Deleting a user or a "
                "password ends all of them."
            ),
        ),
        (),
        ("account-settings", "me"),
    ),
    Topic(
        "billing",
        _("Billing"),
        (
            _(
                "This installation counts what it is used for and charges nothing. Only the root "
                "user sees billing until it opens it to users and roles; their policies must then "
                "allow it too."
            ),
        ),
        ("aws-portal:ViewBilling", "aws-portal:ViewUsage"),
        ("billing",),
    ),
    Topic(
        "sdk",
        _("SDKs and the command line"),
        (
            _(
                "AWS SDKs and the AWS CLI work with this installation when the endpoint is set, "
                "for example by the variable AWS_ENDPOINT_URL. About this installation has the "
                "address."
            ),
            _(
                "After a form was sent, Equivalent command shows what the AWS CLI would have done "
                "the same with. Secrets are left out of it."
            ),
        ),
        ("sts:GetCallerIdentity",),
        ("about", "me-keys"),
    ),
    Topic(
        "shortcuts",
        _("Keyboard shortcuts"),
        (
            _(
                "/ goes to the search. The other keys work for who has chosen All in the "
                "preferences, and never while typing."
            ),
            _(
                "g then d: dashboard. g then g: groups. g then u: users. g then r: roles. g then "
                "p: policies. g then a: activity. g then h: home."
            ),
            _(
                "c: create, on a list. [ and ]: previous and next page. ?: this list. Escape "
                "closes menus and the help at the side."
            ),
        ),
        (),
        ("preferences",),
    ),
)

BY_KEY = {topic.key: topic for topic in TOPICS}


def matching(text: str) -> list[Topic]:
    """Those with every word of the text at the beginning of a word; titles first."""
    found = [topic for topic in TOPICS if contains(topic.words, text)]
    return sorted(found, key=lambda topic: not contains(str(topic.title), text))
