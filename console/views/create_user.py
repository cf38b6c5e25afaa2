"""The create-user wizard: details, permissions, and the credentials shown once."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from console import (
    drafts,
    effects,
    grants,
    handoff,
    new_users,
    password_rules,
    policy_choice,
    responses,
)
from console.forms.base import first_result, send_prepared
from console.forms.create_user import ADMINISTRATOR, INLINE, DetailsForm, PermissionsForm
from console.forms.users import NAME_TAKEN
from console.http import Request
from console.permissions import Rights, reading
from console.responses import address, see_other
from console.views import secrets_once
from identity import arns, passwords
from identity.models import Group, User
from identity.models.user import folded

Draft = dict[str, Any]


def details(request: Request, draft_id: str = "") -> HttpResponse:
    """Step 1, new or again: nothing is created yet."""
    draft = drafts.find(request, draft_id) if draft_id else {}
    if draft is None:
        return _over(request)
    form = DetailsForm(request.POST or None, initial=draft)
    if form.is_valid() and _check(request, form):
        now = {**draft, **form.draft()}
        name = form.cleaned_data["name"]
        kept = drafts.keep(request, now, draft_id, page="create-user-details", label=name)
        return see_other("create-user-permissions", kept)
    rules = password_rules.listed(passwords.rules(request.caller.account))
    offered = [] if draft_id else drafts.offered(request, "create-user-details")
    return _step(request, "details", form, draft_id, rules=rules, offered=offered)


@require_POST
def discard(request: Request, draft_id: str) -> HttpResponse:
    drafts.drop(request, draft_id)
    messages.success(request, _("The draft was discarded."))
    return see_other("create-user")


def _check(request: Request, form: DetailsForm) -> bool:
    """Say in step 1 what step 2 would be refused for: a name that is taken, a weak password."""
    name, typed = form.cleaned_data["name"], form.typed_password()
    taken = _taken(request, form.names())
    if name in taken:
        form.add_error("name", str(NAME_TAKEN))
    if others := [other for other in taken if other != name]:
        form.add_error("more_names", _("These users already exist: %s") % ", ".join(others))
    account = request.caller.account
    if typed:
        named = User(account=account, name=name)
        for problem in passwords.problems(passwords.rules(account), named, typed):
            form.add_error("password", f"{problem}.")
    return not form.errors


def _taken(request: Request, names: list[str]) -> list[str]:
    """Those that somebody has, as far as the caller may know; CreateUser decides."""
    rights = Rights(request)
    found = request.caller.account.iam_users.filter(name_folded__in=map(folded, names))
    known = {user.name_folded for user in found if rights.allow("iam:GetUser", user.arn)}
    return [name for name in names if folded(name) in known]


GROUPS = 50


def permissions(request: Request, draft_id: str) -> HttpResponse:
    """Step 2: what the user may do; then everything is created, or nothing.

    *Filter* and *Review first* keep what is chosen so far. The second copy of a form that was sent
    finds no draft: its token leads to the first's result.
    """
    draft = drafts.find(request, draft_id)
    if draft and "filter" in request.POST:
        _keep(request, draft_id, draft)
        return policy_choice.filtered(request, "create-user-permissions", draft_id)
    form = PermissionsForm(request.POST or None, initial=draft and draft.get("permissions"))
    if form.is_valid() and "review" in request.POST and draft:
        _keep(request, draft_id, draft)
        return see_other("create-user-review", draft_id)
    if form.is_valid() and (done := _send(request, form, draft_id, draft)):
        return done
    return _permissions_step(request, form, draft_id, draft) if draft else _over(request)


_KEPT = ("grant", "policy_name", "document", "copied_from", "tags", "boundary")
_LISTS = ("groups", "arn")


def _keep(request: Request, draft_id: str, draft: Draft) -> None:
    sent: dict[str, Any] = {name: request.POST.get(name, "") for name in _KEPT}
    sent |= {name: request.POST.getlist(name) for name in _LISTS}
    drafts.keep(request, {**draft, "permissions": sent}, draft_id)


def _send(
    request: Request, form: PermissionsForm, draft_id: str, draft: Draft | None
) -> HttpResponse | None:
    """Create everybody, once; without a draft it may have been done before."""
    if draft is None:
        return first_result(request)
    done = send_prepared(request, form, lambda: new_users.prepared(request, draft, form))
    if done:
        drafts.drop(request, draft_id)
    return done


def _permissions_step(
    request: Request, form: PermissionsForm, draft_id: str, draft: Draft
) -> HttpResponse:
    account = request.caller.account
    groups = reading(lambda: _groups(request))
    kept = draft.get("permissions", {})
    chosen = {name: request.POST.getlist(name) or kept.get(name, []) for name in _LISTS}
    return _step(
        request,
        "permissions",
        form,
        draft_id,
        draft=draft,
        groups=groups,
        chosen_groups=chosen["groups"],
        more_groups=account.group_count > GROUPS,
        **policy_choice.choice(request, chosen["arn"]),
    )


def _groups(request: Request) -> list[tuple[Group, str]]:
    """The first groups by name, each with the names of its managed policies."""
    account = request.caller.account
    Rights(request).require("ListGroups", arns.iam(account.id, "group", ""))
    groups = Group.objects.filter(account=account).order_by("name_folded")[:GROUPS]
    rows = groups.prefetch_related("attachments__policy")
    return [
        (group, ", ".join(one.policy.name for one in group.attachments.all())) for group in rows
    ]


def review(request: Request, draft_id: str) -> HttpResponse:
    """Step 3: all of it once more; its button creates."""
    draft = drafts.find(request, draft_id)
    sent = (draft or {}).get("permissions")
    if draft is None or sent is None:
        return first_result(request) or _over(request)
    if request.method == "POST":
        token = {"form_token": request.POST.get("form_token", "")}
        form = PermissionsForm({**sent, **token})
        if form.is_valid() and (done := _send(request, form, draft_id, draft)):
            return done
        return _permissions_step(request, form, draft_id, draft)
    effect = _effect(request, draft["names"], sent)
    return _step(
        request, "review", PermissionsForm(), draft_id, draft=draft, sent=sent, effect=effect
    )


def _effect(request: Request, names: list[str], sent: dict[str, Any]) -> effects.Effect:
    administrator = [grants.ADMINISTRATOR] if sent["grant"] == ADMINISTRATOR else []
    return effects.for_users(
        request,
        names,
        attached=[*administrator, *sent["arn"]],
        groups=sent["groups"],
        copied_from=sent["copied_from"],
        inline=sent["document"] if sent["grant"] == INLINE else "",
        boundary=sent["boundary"],
    )


def done(request: Request, unique_id: str, handoff_id: str) -> HttpResponse:
    """The new users' credentials; Done leads to the user, or to the list of several."""
    given = handoff.take(request, handoff_id)
    names = [row[secrets_once.USER_NAME] for row in given.rows] if given else []
    if given and request.method == "POST":
        new_users.say_created(request, names, unique_id)
    return secrets_once.shown(
        request,
        handoff_id,
        heading=_created(names),
        trail=[(_("Users"), address("users"))],
        secret=secrets_once.PASSWORD,
        csv_url=address("create-user-csv", unique_id, handoff_id),
        after_url=address(*new_users.after(names, unique_id)),
        lost=_("If it is lost, reset the password."),
        sheet_url=address("create-user-sheet", unique_id, handoff_id),
    )


def _created(names: list[str]) -> str:
    if len(names) == 1:
        return _("User %(name)s was created") % {"name": names[0]}
    return ngettext("%d user was created", "%d users were created", len(names)) % len(names)


@require_safe
def csv_file(request: Request, unique_id: str, handoff_id: str) -> HttpResponse:
    given = handoff.take(request, handoff_id)
    name = given.values[secrets_once.USER_NAME] if given and len(given.rows) == 1 else "new-users"
    return secrets_once.csv_file(request, handoff_id, f"{name}_credentials.csv")


@require_safe
def sheet(request: Request, unique_id: str, handoff_id: str) -> HttpResponse:
    back = address("create-user-done", unique_id, handoff_id)
    return secrets_once.sheet(request, handoff_id, back)


def _over(request: Request) -> HttpResponse:
    messages.warning(request, _("This draft is over. Start again."))
    return see_other("create-user")


def _step(
    request: Request, step: str, form: DetailsForm | PermissionsForm, draft_id: str, **more: Any
) -> HttpResponse:
    everybody = arns.user(request.caller.account_id, "*")
    return responses.page(
        request,
        f"console/create_user/{step}.html",
        form=form,
        step=step,
        draft_id=draft_id,
        denied=Rights(request).denied(everybody),
        **more,
    )
