"""The dashboard of the account: recommendations, counts against quotas, the latest changes."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from console import dismissals, navigation, recent_events, responses
from console.account_counts import Counts
from console.forms.base import send
from console.forms.dashboard import DismissForm
from console.http import Request
from console.names import sign_in_url
from console.permissions import Rights
from console.recommendations import Recommendation, counted, recommendations
from console.responses import see_other
from identity import arns, quotas
from identity.models import Account


@require_safe
def dashboard(request: Request) -> HttpResponse:
    """Every panel by itself: what may not be read says so, the rest works."""
    rights, account = Rights(request), request.caller.account
    found = counted(request, rights)
    rows = recommendations(request, rights, found)
    shown, dismissed = dismissals.split(rows, dismissals.of(request))
    summary = rights.reading("GetAccountSummary", "*", lambda: _resources(account, found))
    return responses.page(
        request,
        "console/dashboard.html",
        summary=summary,
        alias=rights.reading("ListAccountAliases", "*", lambda: account.alias),
        sign_in_url=sign_in_url(account),
        recommendations=shown,
        dismissed=dismissed,
        start_here=_start_here(request, account),
        tools=navigation.tools(),
        denied=rights.denied(arns.user(account.id, "*")),
        denied_of=_denied_of(rights, account),
        no_dismissal=_reason(rights, dismissals.DISMISS),
        changes=recent_events.changes(request, rights, limit=10),
    )


def _denied_of(rights: Rights, account: Account) -> dict[str, str]:
    """Why the quick actions are off, by what they make."""
    return {
        "role": rights.denied(arns.iam(account.id, "role", "*"))["CreateRole"],
        "policy": rights.denied(arns.iam(account.id, "policy", "*"))["CreatePolicy"],
        "alias": rights.denied("*")["CreateAccountAlias"],
    }


def _reason(rights: Rights, action: str) -> str:
    return "" if rights.allow(action, "*") else _("Needs %(action)s.") % {"action": action}


@dataclass(frozen=True, slots=True)
class Resource:
    """A tile: how many there are of how many."""

    label: str
    used: int
    limit: int | None
    url: str = ""


def _resources(account: Account, found: Counts) -> list[Resource]:
    """From counters that are kept; of providers there are few."""
    limits = quotas.all_of(account.pk)
    used = (
        (_("User groups"), account.group_count, "GroupsPerAccount", "groups"),
        (_("Users"), account.user_count, "UsersPerAccount", "users"),
        (_("Roles"), account.role_count, "RolesPerAccount", "roles"),
        (_("Custom policies"), account.policy_count, "PoliciesPerAccount", "policies"),
        (_("SAML providers"), found.saml_providers, "SAMLProvidersPerAccount", "providers"),
        (
            _("OpenID Connect providers"),
            found.oidc_providers,
            "OpenIdConnectProvidersPerAccount",
            "providers",
        ),
    )
    return [
        Resource(label, number, limits[quota], navigation.address(page))
        for label, number, quota, page in used
    ]


@dataclass(frozen=True, slots=True)
class Step:
    label: str
    text: str
    url: str
    done: bool


def _start_here(request: Request, account: Account) -> list[Step]:
    """The first three steps of a new account, for its root user, until there is a user."""
    if not request.caller.is_root or account.user_count:
        return []
    has_mfa = request.caller.user.mfa_devices.exists()
    steps = (
        (_("Add MFA to the root user"), _("Its password alone opens everything."), "me-mfa-add"),
        (
            _("Create a group of administrators"),
            _("Attach AdministratorAccess to it."),
            "create-group",
        ),
        (
            _("Create a user for yourself"),
            _("Put it into the group, and sign in as it from then on."),
            "create-user",
        ),
        (
            _("Set the password policy"),
            _("14 characters and no expiry are a good choice."),
            "password-policy",
        ),
    )
    done = {"me-mfa-add": has_mfa, "create-group": account.group_count > 0}
    return [
        Step(label, text, navigation.address(page), done.get(page, False))
        for label, text, page in steps
    ]


# --- dismissing ------------------------------------------------------------------------------


def dismiss(request: Request, key: str) -> HttpResponse:
    """Asks for the reason; the recommendation must be one that is made now."""
    row = _made_now(request, key)
    form = DismissForm(request.POST or None)
    if form.is_valid() and (done := send(request, form, lambda: _dismiss(request, key, form))):
        return done
    reason = _reason(Rights(request), dismissals.DISMISS)
    return responses.page(request, "console/dismiss.html", row=row, form=form, reason=reason)


def _made_now(request: Request, key: str) -> Recommendation:
    rights = Rights(request)
    for row in recommendations(request, rights, counted(request, rights)):
        if row.key == key:
            return row
    raise Http404


def _dismiss(request: Request, key: str, form: DismissForm) -> HttpResponse:
    dismissals.dismiss(request, key, form.cleaned_data["reason"])
    messages.success(request, _("The recommendation was dismissed for 30 days."))
    return see_other("dashboard")


@require_POST
def restore(request: Request, key: str) -> HttpResponse:
    dismissals.restore(request, key)
    messages.success(request, _("The recommendation is shown again."))
    return see_other("dashboard")
