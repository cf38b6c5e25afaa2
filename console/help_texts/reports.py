"""Help topics about what the account can be asked, and how it is looked after."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from console.help_texts.topic import Topic

REPORTS = (
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
    Topic(
        "simulator",
        _("The policy simulator"),
        (
            _(
                "It answers what policies would decide, of somebody or as pasted, for actions, "
                "resources and the values of a request. Nothing is done."
            ),
            _(
                "The address of a result can be kept or sent on, and a run can be saved under a "
                "name. Both are worked out anew with the policies of that day."
            ),
        ),
        ("iam:SimulatePrincipalPolicy", "iam:SimulateCustomPolicy"),
        ("simulator",),
    ),
    Topic(
        "findings",
        _("Access findings and who can do what"),
        (
            _(
                "A finding says that somebody from outside is let in, that somebody could become "
                "mightier than meant, or that something is not used. The account is looked "
                "through once a day, and whenever Look again is pressed."
            ),
            _(
                "Archive what is meant to be so, one by one or by a rule. What is mended is "
                "resolved at the next look. Who can…? asks the other way round: who may do an "
                "action."
            ),
        ),
        ("access-analyzer:ListFindingsV2", "access-analyzer:UpdateFindings"),
        ("findings", "who-can"),
    ),
    Topic(
        "last-accessed",
        _("Last accessed, and smaller policies"),
        (
            _(
                "For 400 days it is kept when which service and action was last tried. What was "
                "not used for long can go from a policy."
            ),
            _(
                "Create a smaller policy from this writes a policy of what was really used. Its "
                "reader still has to say what is used once a year."
            ),
        ),
        ("iam:GenerateServiceLastAccessedDetails", "iam:GetServiceLastAccessedDetails"),
        ("users", "roles"),
    ),
    Topic(
        "credential-report",
        _("The credential report"),
        (
            _(
                "It lists all users with their passwords, MFA, keys and certificates, and how old "
                "these are, as a table, as a file, and as a file for spreadsheets."
            ),
        ),
        ("iam:GenerateCredentialReport", "iam:GetCredentialReport"),
        ("credential-report",),
    ),
)
