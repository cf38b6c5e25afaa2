"""The dashboard's security recommendations, computed from what is there at each visit.

They follow AWS's "Security best practices in IAM". Each is shown only to who may read what it is
computed from, and an account in which counting would be a scan leaves the counted ones to the
credential report.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from console import account_policies, key_rotation, navigation
from console.account_counts import Counts, counts
from console.http import Request
from console.permissions import Rights
from identity import arns, passwords
from identity.callers import Kind
from identity.models import Account, User

# In a larger account a count by condition would be a scan: a report's work, not a page's.
COUNTED_UP_TO = 1000
_ORDER = ("err", "warn", "info", "ok")


@dataclass(frozen=True, slots=True)
class Recommendation:
    """One row: `kind` of its status icon, the word beside it, a sentence, and a way to mend it.

    `key` is the name under which it can be dismissed.
    """

    kind: str
    word: str
    sentence: str
    action: str = ""
    url: str = ""
    key: str = ""


Rows = Iterator[Recommendation]


def counted(request: Request, rights: Rights) -> Counts:
    """What they are computed from; of users only where that is no scan, for who may list them."""
    account = request.caller.account
    may_list = rights.allow("iam:ListUsers", arns.user(account.id, "*"))
    everybody = account.user_count <= COUNTED_UP_TO and may_list
    return counts(account, _oneself(request), everybody=everybody)


def _oneself(request: Request) -> User | None:
    caller = request.caller
    return caller.user if caller.kind in (Kind.ROOT, Kind.USER) else None


def recommendations(request: Request, rights: Rights, found: Counts) -> list[Recommendation]:
    """In the order of severity, what is done last."""
    account = request.caller.account
    everybody = arns.user(account.id, "*")
    rows: list[Recommendation] = []
    if rights.allow("iam:GetAccountSummary", "*"):
        rows += _of_root(request, rights, found)
    if _oneself(request):
        rows.append(_own_mfa(found))
    if found.everybody:
        rows += _of_passwords(rights, everybody, found)
        rows += _of_keys(rights, everybody, found)
        rows += _of_administrators(rights, everybody, found)
    rows += [
        *_of_rotations(rights, everybody, account, found),
        *_of_password_policy(rights, account),
        *_of_policies(rights, account),
        *_of_roles(rights, account, found),
    ]
    return sorted(rows, key=lambda row: _ORDER.index(row.kind))


def _done(sentence: str) -> Recommendation:
    return Recommendation("ok", _("Done"), sentence)


def _todo(
    key: str, sentence: str, url_name: str, action: str, kind: str = "warn"
) -> Recommendation:
    """The button leads nowhere while there is no such page."""
    word = _("Consider") if kind == "info" else _("To do")
    url = navigation.address(url_name) if url_name else ""
    return Recommendation(kind, word, sentence, action if url else "", url, key)


# --- root and oneself ------------------------------------------------------------------------


def _of_root(request: Request, rights: Rights, found: Counts) -> Rows:
    is_root = request.caller.is_root
    if found.root_mfa:
        yield _done(_("The root user has MFA."))
    else:
        sentence = _("The root user has no MFA. Its password alone opens everything.")
        yield _todo("root-mfa", sentence, "me-mfa-add" if is_root else "", _("Add MFA"), "err")
    if found.root_keys:
        sentence = _("The root user has access keys. Use keys of a user instead, and delete these.")
        way = "me-keys" if is_root else ""
        yield _todo("root-keys", sentence, way, _("Manage access keys"), "err")
    else:
        yield _done(_("The root user has no access keys."))
    if not is_root and rights.allow("iam:GetCredentialReport", "*"):
        if found.root_used:
            sentence = _(
                "The root user was used in the last 30 days. Use it only where nobody else can."
            )
            yield _todo("root-used", sentence, "activity", _("Show activity"))
        else:
            yield _done(_("The root user was not used in the last 30 days."))


def _own_mfa(found: Counts) -> Recommendation:
    if found.own_mfa:
        return _done(_("You have MFA."))
    sentence = _("You have no MFA. Your password alone is enough to sign in as you.")
    return _todo("own-mfa", sentence, "me-mfa-add", _("Add MFA"))


# --- users -----------------------------------------------------------------------------------


def _of_passwords(rights: Rights, everybody: str, found: Counts) -> Rows:
    if not rights.allow("iam:GetLoginProfile", everybody):
        return
    if rights.allow("iam:ListMFADevices", everybody):
        yield _counted(
            "no-mfa",
            found.no_mfa,
            _("Every user with a console password has MFA."),
            ngettext(
                "%d user has a console password but no MFA.",
                "%d users have a console password but no MFA.",
                found.no_mfa,
            ),
        )
    yield _counted(
        "unused-passwords",
        found.unused_passwords,
        _("Every console password was used in the last 90 days."),
        ngettext(
            "%d console password was not used for 90 days.",
            "%d console passwords were not used for 90 days.",
            found.unused_passwords,
        ),
    )
    if found.passwords and not found.providers:
        sentence = ngettext(
            "%d user has a console password. People with a sign-in at their company need none.",
            "%d users have console passwords. People with a sign-in at their company need none.",
            found.passwords,
        )
        way = _("Add an identity provider")
        yield _todo("federate", sentence % found.passwords, "add-provider", way, "info")


# The query of the list of users that shows just those.
_ONLY = {
    "no-mfa": "access=on&mfa=none",
    "unused-passwords": "access=on&unused=90",
    "old-keys": "keys=90",
    "unused-keys": "unused=90",
}


def _counted(key: str, count: int, done: str, sentence: str) -> Recommendation:
    """`sentence` has a %d for the count; it leads to the users."""
    if not count:
        return _done(done)
    row = _todo(key, sentence % count, "users", _("Show users"))
    return replace(row, url=f"{row.url}?{_ONLY[key]}")


def _of_keys(rights: Rights, everybody: str, found: Counts) -> Rows:
    if not rights.allow("iam:ListAccessKeys", everybody):
        return
    yield _counted(
        "old-keys",
        found.old_keys,
        _("No active access key of a user is older than 90 days."),
        ngettext(
            "%d active access key is older than 90 days.",
            "%d active access keys are older than 90 days.",
            found.old_keys,
        ),
    )
    if rights.allow("iam:GetAccessKeyLastUsed", everybody):
        yield _counted(
            "unused-keys",
            found.unused_keys,
            _("Every active access key was used in the last 90 days."),
            ngettext(
                "%d active access key was not used for 90 days.",
                "%d active access keys were not used for 90 days.",
                found.unused_keys,
            ),
        )


def _of_rotations(rights: Rights, everybody: str, account: Account, found: Counts) -> Rows:
    if not rights.allow("iam:ListAccessKeys", everybody):
        return
    if found.rotating:
        # Replacing a key takes days: whoever comes back finds the board here.
        words = ngettext(
            "%d key rotation in progress", "%d key rotations in progress", found.rotating
        )
        way, told = key_rotation.address_of_all(account), _("An old access key still has to go.")
        yield Recommendation("info", _("Consider"), told, words % found.rotating, way, "rotations")
    elif found.rotations:
        sentence = ngettext(
            "%d user has two active access keys. Finish the rotation: deactivate the old one.",
            "%d users have two active access keys. Finish the rotations: deactivate the old ones.",
            found.rotations,
        )
        yield _todo("rotations", sentence % found.rotations, "key-triage", _("Show keys"), "info")


def _of_administrators(rights: Rights, everybody: str, found: Counts) -> Rows:
    if not rights.allow("iam:ListAttachedUserPolicies", everybody):
        return
    if found.administrators == 1:
        sentence = _(
            "There is a single administrator. Make a second one, for the day on which the first is "
            "away."
        )
        yield _todo("one-administrator", sentence, "create-user", _("Create user"), "info")


# --- policies and roles ----------------------------------------------------------------------


def _of_password_policy(rights: Rights, account: Account) -> Rows:
    if not rights.allow("iam:GetAccountPasswordPolicy", "*"):
        return
    if passwords.rules(account).minimum_length >= 14:
        yield _done(_("The password policy asks for 14 characters or more."))
    else:
        sentence = _("The password policy is weaker than the recommended one of 14 characters.")
        yield _todo("password-policy", sentence, "password-policy", _("Edit password policy"))


def _of_policies(rights: Rights, account: Account) -> Rows:
    every = arns.iam(account.id, "policy", "*")
    if not (
        rights.allow("iam:ListPolicies", every) and rights.allow("iam:GetPolicyVersion", every)
    ):
        return
    looked_at, warned = account_policies.with_security_warnings(account)
    if warned:
        sentence = ngettext(
            "%d custom policy has security warnings.",
            "%d custom policies have security warnings.",
            len(warned),
        )
        row = _todo("policy-warnings", sentence % len(warned), "policies", _("Show policies"))
        yield replace(row, url=warned[0]) if len(warned) == 1 else row
    elif looked_at:
        yield _done(_("No custom policy has security warnings."))


def _of_roles(rights: Rights, account: Account, found: Counts) -> Rows:
    if account.role_count > COUNTED_UP_TO or not rights.allow(
        "iam:ListRoles", arns.iam(account.id, "role", "")
    ):
        return
    public, outside = account_policies.trusts(account)
    way = "findings" if navigation.address("findings") else "roles"
    if public:
        sentence = ngettext(
            "%d role can be assumed by everybody whom no condition keeps out.",
            "%d roles can be assumed by everybody whom no condition keeps out.",
            public,
        )
        yield _todo("public-trust", sentence % public, way, _("Show roles"), "err")
    if outside:
        sentence = ngettext(
            "%d role trusts another account. See that it is meant.",
            "%d roles trust other accounts. See that it is meant.",
            outside,
        )
        yield _todo("outside-trust", sentence % outside, way, _("Show roles"), "info")
    if found.unused_roles:
        sentence = ngettext(
            "%d role was not used for 90 days.",
            "%d roles were not used for 90 days.",
            found.unused_roles,
        )
        yield _todo("unused-roles", sentence % found.unused_roles, "roles", _("Show roles"), "info")
