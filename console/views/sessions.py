"""Sessions: one's own, those of the account, and ending one or all of them."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from console import responses, session_list
from console.forms.base import Form, send
from console.forms.users import ConfirmForm
from console.holders import Holder, of_holder
from console.http import Request
from console.names import user_segment
from console.paging import Page
from console.permissions import Rights
from console.responses import address, see_other
from console.session_list import Row
from identity import arns, revocation, session_rights
from identity.callers import Kind
from identity.errors import NoSuchEntity
from identity.models import Role, User

# --- one's own ---------------------------------------------------------------------------------


@require_safe
def mine(request: Request) -> HttpResponse:
    """Sessions of roles and federated users have no others beside them."""
    if request.caller.kind in (Kind.ROLE, Kind.FEDERATED):
        return responses.page(request, "console/me/session.html")
    found = session_list.page_of(request, request.caller.user)
    others = found.previous_url or found.next_url or not all(row.is_this for row in found.rows)
    return responses.page(request, "console/sessions/mine.html", page=found, others=others)


@require_POST
def end_mine(request: Request) -> HttpResponse:
    """End the named session of one's own, or all but the one that asks."""
    chosen = request.POST.get("session", "")
    this = session_list.this_session(request)
    if chosen in this:
        return see_other("sign-out")
    ended = session_rights.end(
        request.caller, request.facts, request.caller.user, only=chosen, sparing=this
    )
    _say(request, ended)
    return see_other("me-sessions")


def _say(request: Request, ended: int) -> None:
    text = ngettext("%d session was ended.", "%d sessions were ended.", ended) % ended
    messages.success(request, text)


# --- those of the account ----------------------------------------------------------------------


@require_safe
def of_account(request: Request) -> HttpResponse:
    """Of the account, or of the user or role that `?who=` names."""
    text = request.GET.get("who", "").strip()
    everybody = Rights(request).denied(arns.iam(request.caller.account_id, "user", "*"))
    return responses.page(
        request,
        "console/sessions/account.html",
        page=_page_of(request, text) if text else session_list.page_of(request),
        text=text,
        denied=everybody,
    )


def _page_of(request: Request, text: str) -> Page[Row]:
    """The sessions of the user and of the role of this name."""
    session_rights.require_to_see(request.caller, request.facts, None)
    account = request.caller.account
    users = Q(user__in=account.iam_users.named(text))
    roles = Q(role__in=Role.objects.named(text).filter(account=account))
    console, temporary = revocation.live(account)
    return session_list.page_of_found(
        request, (console.filter(users), temporary.filter(users | roles))
    )


def end(request: Request, session_id: str) -> HttpResponse:
    """Confirm, and end one session of somebody."""
    session = session_rights.find(request.caller, session_id)
    if session_id in session_list.this_session(request):
        return see_other("sign-out")
    principal = session_rights.principal_of(session)
    session_rights.require_to_see(request.caller, request.facts, principal)
    (row,) = session_list.listed(request, [type(session).objects.filter(pk=session_id)]).rows
    form = Form(request.POST or None)
    if form.is_valid() and (
        done := send(request, form, lambda: _end(request, principal, only=session_id))
    ):
        return done
    may = session_rights.ends(principal)
    return responses.page(
        request,
        "console/sessions/end.html",
        form=form,
        row=row,
        cancel_url=_place(principal),
        reason=_reason(request, may, principal),
    )


def _reason(request: Request, may: session_rights.Ends, principal: User | Role) -> str:
    if session_rights.is_own(request.caller, principal):
        return ""
    return Rights(request).denied(may.resource)[may.action]


def _place(principal: User | Role) -> str:
    """Where the sessions of this principal are listed."""
    if isinstance(principal, User) and principal.is_root:
        return address("me-sessions")
    page = "role-sessions" if isinstance(principal, Role) else "user-security-credentials"
    return address(page, user_segment(principal.name, principal.unique_id))


def _end(request: Request, principal: User | Role, *, only: str = "") -> HttpResponse:
    this = session_list.this_session(request)
    ended = session_rights.end(request.caller, request.facts, principal, only=only, sparing=this)
    _say(request, ended)
    return responses.SeeOther(_place(principal))


@of_holder
def end_all_of(request: Request, holder: Holder) -> HttpResponse:
    """Sign out everywhere: all sessions of one user or role, once confirmed."""
    principal = holder.row
    if not isinstance(principal, User | Role):
        raise NoSuchEntity(_("User groups have no sessions."))
    listed = session_list.of(request, principal)
    form = Form(request.POST or None)
    if form.is_valid() and (done := send(request, form, lambda: _end(request, principal))):
        return done
    return responses.page(
        request,
        "console/sessions/end_all.html",
        form=form,
        holder=holder,
        listed=listed,
        cancel_url=_place(principal),
        reason=_reason(request, session_rights.ends(principal), principal),
    )


def end_all(request: Request) -> HttpResponse:
    """Everybody in the account but who asks; takes typing, since it reaches beyond one object."""
    listed = session_list.of(request)
    expected = request.caller.account.alias or request.caller.account_id
    form = ConfirmForm(request.POST or None, expected=expected)
    if form.is_valid() and (done := send(request, form, lambda: _end_all(request))):
        return done
    return responses.page(request, "console/sessions/end_account.html", form=form, listed=listed)


def _end_all(request: Request) -> HttpResponse:
    this = session_list.this_session(request)
    _say(request, session_rights.end_all(request.caller, request.facts, sparing=this))
    return see_other("sessions")
