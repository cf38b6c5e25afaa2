"""Help topics about what the account holds: users, groups, roles, policies, providers."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from console.help_texts.topic import Topic

ACCESS = (
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
        "account",
        _("The account, its number and its alias"),
        (
            _(
                "An account is known by twelve digits, which stand in every ARN, and can have one "
                "alias for the address at which its users sign in. The number keeps working."
            ),
        ),
        ("iam:CreateAccountAlias", "iam:DeleteAccountAlias", "iam:GetAccountSummary"),
        ("account-settings",),
    ),
    Topic(
        "import-export",
        _("Import, export and jobs"),
        (
            _(
                "Users come in from a CSV file, a whole account from its authorization details as "
                "JSON. The check shows what would be created, changed and skipped, and why, "
                "before anything is done."
            ),
            _(
                "What takes long is a job: it goes on when the page is closed, with the rights of "
                "who started it, and its page shows how far it is."
            ),
        ),
        ("iam:GetAccountAuthorizationDetails",),
        ("import", "export", "jobs"),
    ),
)
