"""The dashboard's security recommendations that bounded queries can answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from console import navigation
from console.http import Request
from console.permissions import Rights
from identity import arns
from identity.callers import Kind
from identity.models import AccessKey, Account, LoginProfile, VirtualMfaDevice

OLD_KEY = timedelta(days=90)
# In a larger account a count by condition would be a scan: a report's work, not a page's.
COUNTED_UP_TO = 1000


@dataclass(frozen=True, slots=True)
class Recommendation:
    """One row: `kind` of its status icon, the word beside it, a sentence, and a way to mend it."""

    kind: str
    word: str
    sentence: str
    action: str = ""
    url: str = ""


def recommendations(
    request: Request, summary: Mapping[str, int] | None, rights: Rights
) -> list[Recommendation]:
    """In the order of severity. `summary` is GetAccountSummary's map, if the caller may have it."""
    found = [*(_of_root(request, summary) if summary else ())]
    if request.caller.kind in (Kind.ROOT, Kind.USER):
        found.append(_own_mfa(request))
    account = request.caller.account
    everybody = arns.user(account.id, "*")
    if account.user_count <= COUNTED_UP_TO and rights.allow("iam:ListUsers", everybody):
        found += _of_users(account, rights, everybody)
    return found


def _done(sentence: str) -> Recommendation:
    return Recommendation("ok", _("Done"), sentence)


def _of_root(request: Request, summary: Mapping[str, int]) -> Iterator[Recommendation]:
    is_root = request.caller.is_root
    if summary["AccountMFAEnabled"]:
        yield _done(_("The root user has MFA."))
    else:
        yield Recommendation(
            "err",
            _("To do"),
            _("The root user has no MFA. Its password alone opens everything."),
            *_way("me-mfa-add", _("Add MFA"), shown=is_root),
        )
    if summary["AccountAccessKeysPresent"]:
        yield Recommendation(
            "err",
            _("To do"),
            _("The root user has access keys. Use keys of a user instead, and delete these."),
            *_way("me-keys", _("Manage access keys"), shown=is_root),
        )
    else:
        yield _done(_("The root user has no access keys."))


def _own_mfa(request: Request) -> Recommendation:
    if request.caller.user.mfa_devices.exists():
        return _done(_("You have MFA."))
    return Recommendation(
        "warn",
        _("To do"),
        _("You have no MFA. Your password alone is enough to sign in as you."),
        *_way("me-mfa-add", _("Add MFA")),
    )


def _of_users(account: Account, rights: Rights, everybody: str) -> Iterator[Recommendation]:
    """Counted only for those who may read what is counted, of every user."""
    if rights.allow("iam:ListMFADevices", everybody) and rights.allow(
        "iam:GetLoginProfile", everybody
    ):
        yield _passwords_without_mfa(account)
    if rights.allow("iam:ListAccessKeys", everybody):
        yield _old_keys(account)


def _passwords_without_mfa(account: Account) -> Recommendation:
    devices = VirtualMfaDevice.objects.filter(user=OuterRef("user"))
    count = LoginProfile.objects.filter(~Exists(devices), user__account=account).count()
    if not count:
        return _done(_("Every user with a console password has MFA."))
    sentence = ngettext(
        "%d user has a console password but no MFA.",
        "%d users have a console password but no MFA.",
        count,
    )
    return Recommendation("warn", _("To do"), sentence % count, *_way("users", _("Show users")))


def _old_keys(account: Account) -> Recommendation:
    made_before = timezone.now() - OLD_KEY
    keys = AccessKey.objects.filter(
        user__account=account, user__is_root=False, active=True, created_at__lt=made_before
    )
    count = keys.count()
    if not count:
        return _done(_("No active access key of a user is older than 90 days."))
    sentence = ngettext(
        "%d active access key is older than 90 days.",
        "%d active access keys are older than 90 days.",
        count,
    )
    return Recommendation("warn", _("To do"), sentence % count, *_way("users", _("Show users")))


def _way(url_name: str, label: str, *, shown: bool = True) -> tuple[str, str]:
    """Label and address of a button; nothing while there is no such page."""
    url = navigation.address(url_name) if shown else ""
    return (label, url) if url else ("", "")
