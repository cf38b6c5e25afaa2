"""The create-role wizard: whom the role trusts, what it may do, and how it is used."""

from __future__ import annotations

import re
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from console import drafts, effects, policy_choice, responses, trust_builder, trust_words
from console.forms.base import first_result, send
from console.forms.create_role import EC2, WhoForm
from console.forms.policy_documents import sent
from console.forms.role_permissions import WhatForm
from console.forms.roles import HOURS
from console.forms.trust_choices import OIDC, SAML, SERVICE
from console.http import Request
from console.permissions import Rights, reading
from console.responses import see_other
from console.views.roles import page_url, switch_link
from federation.models import OidcProvider, SamlProvider
from identity import arns, quotas, trust_principals
from identity.errors import MalformedPolicyDocument, NoSuchEntity
from identity.models import Role

Draft = dict[str, Any]

_PROVIDER_KINDS = {
    ":saml-provider/": (SAML, "saml_provider"),
    ":oidc-provider/": (OIDC, "oidc_provider"),
}


# --- whom it trusts ------------------------------------------------------------------------------


def who(request: Request, draft_id: str = "") -> HttpResponse:
    """Step 1, new or again: nothing is created yet. `?provider=` chooses an identity provider."""
    draft = drafts.find(request, draft_id) if draft_id else {}
    if draft is None:
        return _over(request)
    form = _who_form(request, draft)
    if form.is_valid() and _check(request, form):
        kept = {
            "who": form.draft(),
            "trust_policy": form.trust_policy,
            "what": draft.get("what", {}),
        }
        name = form.cleaned_data["name"]
        kept_as = drafts.keep(request, kept, draft_id, page="create-role-who", label=name)
        return see_other("create-role-permissions", kept_as)
    offered = [] if draft_id else drafts.offered(request, "create-role-who")
    return _step(request, "who", draft_id, form=form, offered=offered)


@require_POST
def discard(request: Request, draft_id: str) -> HttpResponse:
    drafts.drop(request, draft_id)
    messages.success(request, _("The draft was discarded."))
    return see_other("create-role")


def _who_form(request: Request, draft: Draft) -> WhoForm:
    account = request.caller.account
    initial = draft.get("who") or {"path": "/", **_provider_asked(request)}
    return WhoForm(
        **sent(request, **initial),
        account_id=account.pk,
        limit=quotas.of(account.pk, "ACLSizePerRole"),
        saml=list(SamlProvider.objects.filter(account=account).order_by("name")),
        oidc=list(OidcProvider.objects.filter(account=account).order_by("url")),
    )


def _provider_asked(request: Request) -> dict[str, str]:
    """`provider` is an ARN, `audience` of an OpenID provider one of its client IDs."""
    arn, audience = request.GET.get("provider", ""), request.GET.get("audience", "")
    for mark, (kind, field) in _PROVIDER_KINDS.items():
        if mark in arn:
            asked = {"trusted": kind, field: arn}
            return {**asked, "audience": audience} if kind == OIDC and audience else asked
    return {}


def _check(request: Request, form: WhoForm) -> bool:
    """Say in step 1 what step 2 would be refused for, as far as the caller may know."""
    name = form.cleaned_data["name"]
    if _is_taken(request, name):
        form.add_error("name", str(form.sentences["EntityAlreadyExists"]))
    here = arns.iam(request.caller.account_id, "role", name)
    if not form.errors and Rights(request).allow("iam:CreateRole", here):
        try:
            trust_principals.stored(form.trust_policy, request.caller.account)
        except MalformedPolicyDocument as problem:
            form.add_error(form.field_that_trusts, problem.message)
    return not form.errors


def _is_taken(request: Request, name: str) -> bool:
    try:
        return reading(lambda: request.iam.get_role(RoleName=name)).value is not None
    except NoSuchEntity:
        return False


# --- what it may do ------------------------------------------------------------------------------


def what(request: Request, draft_id: str) -> HttpResponse:
    """Step 2; then everything is created, or nothing.

    *Filter* and *Review first* keep what is chosen so far. The second copy of a form that was sent
    finds no draft: its token leads to the first's result.
    """
    draft = drafts.find(request, draft_id)
    if draft and "filter" in request.POST:
        _keep(request, draft_id, draft)
        return policy_choice.filtered(request, "create-role-permissions", draft_id)
    form = WhatForm(request.POST or None, initial=draft["what"] if draft else {})
    if form.is_valid() and "review" in request.POST and draft:
        _keep(request, draft_id, draft)
        return see_other("create-role-review", draft_id)
    if form.is_valid() and (done := send(request, form, lambda: _create(request, draft_id, form))):
        drafts.drop(request, draft_id)
        return done
    return _what_step(request, form, draft_id, draft) if draft else _over(request)


def _what_step(request: Request, form: WhatForm, draft_id: str, draft: Draft) -> HttpResponse:
    chosen = request.POST.getlist("arn") or draft["what"].get("arn", [])
    return _step(
        request, "what", draft_id, form=form, draft=draft, **policy_choice.choice(request, chosen)
    )


def _keep(request: Request, draft_id: str, draft: Draft) -> None:
    kept = {name: request.POST.get(name, "") for name in WhatForm().fields if name != "form_token"}
    draft["what"] = {**kept, "arn": request.POST.getlist("arn")}
    drafts.keep(request, draft, draft_id)


def review(request: Request, draft_id: str) -> HttpResponse:
    """All of it once more, with what it comes to; its button creates."""
    draft = drafts.find(request, draft_id)
    if draft is None or not draft["what"]:
        return first_result(request) or _over(request)
    what = draft["what"]
    if request.method == "POST":
        form = WhatForm({**what, "form_token": request.POST.get("form_token", "")})
        if form.is_valid() and (
            done := send(request, form, lambda: _create(request, draft_id, form))
        ):
            drafts.drop(request, draft_id)
            return done
        return _what_step(request, form, draft_id, draft)
    effect = effects.for_role(
        request, draft["who"]["name"], attached=what["arn"], boundary=what["boundary"]
    )
    return _step(
        request,
        "review",
        draft_id,
        form=WhatForm(initial=what),
        draft=draft,
        what=what,
        duration=dict(HOURS).get(what["duration"], ""),
        sentences=trust_words.sentences(draft["trust_policy"]),
        effect=effect,
    )


def _create(request: Request, draft_id: str, form: WhatForm) -> HttpResponse:
    draft = drafts.find(request, draft_id)
    if draft is None:
        return _over(request)
    who, given = draft["who"], form.cleaned_data
    more: dict[str, Any] = {}
    if given["boundary"]:
        more["PermissionsBoundary"] = given["boundary"]
    if form.tags:
        more["Tags"] = [{"Key": key, "Value": value} for key, value in form.tags.items()]
    role = request.iam.create_role(
        RoleName=who["name"],
        Path=who["path"],
        Description=who["description"],
        AssumeRolePolicyDocument=draft["trust_policy"],
        MaxSessionDuration=int(given["duration"]),
        **more,
    )["Role"]
    for arn in given["arn"]:
        request.iam.attach_role_policy(RoleName=role["RoleName"], PolicyArn=arn)
    if who["trusted"] == SERVICE and who["service"] == EC2 and who["instance_profile"]:
        _make_profile(request, role["RoleName"], who["path"])
    return see_other("create-role-done", role["RoleId"])


def _make_profile(request: Request, name: str, path: str) -> None:
    """As AWS's console does, so that machines can be started with the role."""
    request.iam.create_instance_profile(InstanceProfileName=name, Path=path)
    request.iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)


# --- how it is used ------------------------------------------------------------------------------


@require_safe
def done(request: Request, unique_id: str) -> HttpResponse:
    """The link to switch to it, what the other account adds, the value for a SAML provider."""
    account = request.caller.account
    role = Role.objects.filter(account=account, unique_id=unique_id).first()
    arn = role.arn if role else arns.iam(account.pk, "role", unique_id)
    Rights(request).require("GetRole", arn, RoleName=role.name if role else unique_id)
    if role is None:
        raise NoSuchEntity(_("There is no role with this ID in this account."))
    trust = role.trust_policy
    provider = re.search(r"arn:aws:iam::\d{12}:saml-provider/[\w.-]+", trust)
    from_console = trust_builder.ASSUME + '"' in trust and "sts:ExternalId" not in trust
    trusts_account = '"AWS"' in trust
    return responses.page(
        request,
        "console/create_role/done.html",
        role=role,
        role_url=page_url("permissions", role),
        switch_link=switch_link(role) if from_console and trusts_account else "",
        statement=trust_builder.statement_for_the_other_side(role.arn) if trusts_account else "",
        needs_external_id="sts:ExternalId" in trust,
        saml_value=f"{role.arn},{provider.group()}" if provider else "",
    )


def _over(request: Request) -> HttpResponse:
    messages.warning(request, _("This draft is over. Start again."))
    return see_other("create-role")


def _step(request: Request, step: str, draft_id: str, **context: Any) -> HttpResponse:
    everybody = arns.iam(request.caller.account_id, "role", "*")
    return responses.page(
        request,
        f"console/create_role/{step}.html",
        step=step,
        draft_id=draft_id,
        denied=Rights(request).denied(everybody),
        **context,
    )
