"""Help topics about signing in and what proves who one is."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from console.help_texts.topic import Topic

SIGN_IN = (
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
)
