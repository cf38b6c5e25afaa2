"""The create-user wizard: details, permissions, and the credentials shown once."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from console import copied_permissions, drafts, grants, handoff, password_rules, responses
from console.forms.base import first_result, send
from console.forms.create_user import (
    ADMINISTRATOR,
    INLINE,
    WITH_PASSWORD,
    DetailsForm,
    PermissionsForm,
)
from console.forms.users import NAME_TAKEN
from console.grants import let_change_own_password
from console.http import Request
from console.names import user_segment
from console.permissions import Rights, reading
from console.responses import address, see_other
from console.views import secrets_once
from console.views.user_credentials import credentials_of
from identity import arns, passwords
from identity.errors import NoSuchEntity
from identity.models import Group, User

Draft = dict[str, Any]


def details(request: Request, draft_id: str = "") -> HttpResponse:
    """Step 1, new or again: nothing is created yet."""
    draft = drafts.find(request, draft_id) if draft_id else {}
    if draft is None:
        return _over(request)
    form = DetailsForm(request.POST or None, initial=draft)
    if form.is_valid() and _check(request, form):
        kept = drafts.keep(request, form.draft(), draft_id)
        return see_other("create-user-permissions", kept)
    rules = password_rules.listed(passwords.rules(request.caller.account))
    return _step(request, "details", form, draft_id, rules=rules)


def _check(request: Request, form: DetailsForm) -> bool:
    """Say in step 1 what step 2 would be refused for: a name that is taken, a weak password."""
    name, typed = form.cleaned_data["name"], form.typed_password()
    if _is_taken(request, name):
        form.add_error("name", str(NAME_TAKEN))
    account = request.caller.account
    if typed:
        named = User(account=account, name=name)
        for problem in passwords.problems(passwords.rules(account), named, typed):
            form.add_error("password", f"{problem}.")
    return not form.errors


def _is_taken(request: Request, name: str) -> bool:
    """As far as the caller may know; CreateUser decides."""
    try:
        return reading(lambda: request.iam.get_user(UserName=name)).value is not None
    except NoSuchEntity:
        return False


GROUPS = 50


def permissions(request: Request, draft_id: str) -> HttpResponse:
    """Step 2: what the user may do; then everything is created, or nothing.

    The second copy of a form that was sent finds no draft: its token leads to the first's result.
    """
    kept = drafts.find(request, draft_id) or {}
    form = PermissionsForm(request.POST or None, initial=kept.get("permissions"))
    if form.is_valid() and "review" in request.POST and kept:
        sent: dict[str, Any] = {name: request.POST.get(name, "") for name in _KEPT}
        sent["groups"] = request.POST.getlist("groups")
        drafts.keep(request, {**kept, "permissions": sent}, draft_id)
        return see_other("create-user-review", draft_id)
    if form.is_valid() and (done := send(request, form, lambda: _create(request, draft_id, form))):
        drafts.drop(request, draft_id)
        return done
    draft = drafts.find(request, draft_id)
    if draft is None:
        return _over(request)
    return _permissions_step(request, form, draft_id, draft)


_KEPT = ("grant", "policy_name", "document", "copied_from", "tags")


def _permissions_step(
    request: Request, form: PermissionsForm, draft_id: str, draft: Draft
) -> HttpResponse:
    account = request.caller.account
    groups = reading(lambda: _groups(request))
    chosen = request.POST.getlist("groups") or draft.get("permissions", {}).get("groups", [])
    return _step(
        request,
        "permissions",
        form,
        draft_id,
        draft=draft,
        groups=groups,
        chosen=chosen,
        more_groups=account.group_count > GROUPS,
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
    if request.method == "POST":
        token = {"form_token": request.POST.get("form_token", "")}
        form = PermissionsForm({**(sent or {}), **token})
        if form.is_valid() and (
            done := send(request, form, lambda: _create(request, draft_id, form))
        ):
            drafts.drop(request, draft_id)
            return done
        if draft is None or sent is None:
            return first_result(request) or _over(request)
        return _permissions_step(request, form, draft_id, draft)
    if draft is None or sent is None:
        return _over(request)
    return _step(request, "review", PermissionsForm(), draft_id, draft=draft, sent=sent)


def _create(request: Request, draft_id: str, form: PermissionsForm) -> HttpResponse:
    draft = drafts.find(request, draft_id)
    if draft is None:
        return _over(request)
    tags = form.cleaned_data["tags"]
    user = request.iam.create_user(
        UserName=draft["name"], Path=draft["path"], **({"Tags": tags} if tags else {})
    )["User"]
    _grant(request, draft["name"], form)
    if draft["access"] != WITH_PASSWORD:
        _say_created(request, user["UserName"], user["UserId"])
        return see_other("user-permissions", user_segment(user["UserName"], user["UserId"]))
    given = draft["password"] or passwords.generate(request.caller.account)
    request.iam.create_login_profile(
        UserName=draft["name"], Password=given, PasswordResetRequired=draft["must_change"]
    )
    if draft["must_change"]:
        let_change_own_password(request, user)
    values = credentials_of(request, user["UserName"], given)
    return handoff.give(request, request.caller.user, values, "create-user-done", user["UserId"])


def _grant(request: Request, name: str, form: PermissionsForm) -> None:
    chosen = form.cleaned_data["grant"]
    for group in form.cleaned_data["groups"]:
        request.iam.add_user_to_group(UserName=name, GroupName=group)
    if form.cleaned_data["copied_from"]:
        copied_permissions.copy(request, form.cleaned_data["copied_from"], name)
    if chosen == ADMINISTRATOR:
        request.iam.attach_user_policy(UserName=name, PolicyArn=grants.ADMINISTRATOR)
    if chosen == INLINE:
        request.iam.put_user_policy(
            UserName=name,
            PolicyName=form.cleaned_data["policy_name"],
            PolicyDocument=form.cleaned_data["document"],
        )


def _say_created(request: Request, name: str, unique_id: str) -> None:
    message = format_html(
        '{} <a href="{}">{}</a>',
        _("User %(name)s was created.") % {"name": name},
        address("user-key-create", user_segment(name, unique_id)),
        _("Create access key"),
    )
    messages.success(request, message)


def done(request: Request, unique_id: str, handoff_id: str) -> HttpResponse:
    """The new user's credentials; Done leads to the user."""
    given = handoff.take(request, handoff_id)
    name = given.values["User name"] if given else ""
    if given and request.method == "POST":
        _say_created(request, name, unique_id)
    return secrets_once.shown(
        request,
        handoff_id,
        heading=_("User %(name)s was created") % {"name": name},
        trail=[(_("Users"), address("users"))],
        secret="Password",
        csv_url=address("create-user-csv", unique_id, handoff_id),
        after_url=address("user-permissions", user_segment(name, unique_id)),
        lost=_("If it is lost, reset the password."),
    )


@require_safe
def csv_file(request: Request, unique_id: str, handoff_id: str) -> HttpResponse:
    given = handoff.take(request, handoff_id)
    name = given.values["User name"] if given else ""
    return secrets_once.csv_file(request, handoff_id, f"{name}_credentials.csv")


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
