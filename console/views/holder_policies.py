"""Managed policies of a user, a group or a role: attach, detach, and the boundary."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from console import paging, policy_list, policy_preview, recent_events, responses
from console.forms.attachments import BoundaryForm, PickPoliciesForm
from console.forms.base import send
from console.forms.policies import PolicyFilterForm
from console.holder_permissions import boundary_key
from console.holders import Holder, of_holder
from console.http import Request
from console.names import policy_address
from console.responses import SeeOther
from identity.errors import NoSuchEntity
from identity.models import ManagedPolicy


def page(request: Request, holder: Holder, template: str, **context: Any) -> HttpResponse:
    """A page about the policies of this holder, without tabs."""
    shared = {"holder": holder, "denied": holder.denied, "home_url": holder.url("permissions")}
    return responses.page(request, f"console/holders/{template}", **shared | context)


@require_POST
@of_holder
def attachment(request: Request, holder: Holder) -> HttpResponse:
    """Detach, or attach again, at once, with an Undo in the message.

    `back` says that the form stood on the policy's page.
    """
    arn, attached = request.POST.get("arn", ""), request.POST.get("state") == "attached"
    policy = ManagedPolicy.objects.visible_to(request.caller.account).filter(arn=arn).first()
    verb = "attach_%s_policy" if attached else "detach_%s_policy"
    holder.call(request, verb, PolicyArn=arn)
    on_policy = request.POST.get("back") == "policy" and policy is not None
    _offer_undo(request, holder, policy, attached=attached, back="policy" if on_policy else "")
    if on_policy and policy:
        return SeeOther(policy_address("policy-attached", policy))
    return SeeOther(holder.url("permissions"))


def _offer_undo(
    request: Request,
    holder: Holder,
    policy: ManagedPolicy | None,
    *,
    attached: bool,
    back: str = "",
) -> None:
    undo = {
        "policy": policy,
        "holder": holder,
        "attached": attached,
        "url": holder.url("attachment"),
        "back": back,
    }
    message = render_to_string("console/holders/_attachment_message.html", undo, request)
    messages.success(request, message)


@require_safe
@recent_events.fresh
@of_holder
def detach(request: Request, holder: Holder) -> HttpResponse:
    """Whose recorded calls would change without the policy `?arn=`; its button detaches."""
    arn = request.GET.get("arn", "")
    action = f"ListAttached{holder.kind.api}Policies"
    holder.rights.require(action, holder.arn, **{f"{holder.kind.api}Name": holder.name})
    policy = ManagedPolicy.objects.filter(arn=arn).select_related("default_version").first()
    if policy is None or not holder.row.attachments.filter(policy=policy).exists():
        raise NoSuchEntity(_("This policy is not attached here."))
    keys = {"iam:PolicyARN": policy.arn, **boundary_key(holder)}
    return page(
        request,
        holder,
        "detach.html",
        policy=policy,
        preview=policy_preview.of_detached(holder, policy),
        off=holder.rights.denied(holder.arn, keys)[f"Detach{holder.kind.api}Policy"],
    )


@of_holder
def attach(request: Request, holder: Holder) -> HttpResponse:
    """Choose policies; all are attached or none."""
    form = PickPoliciesForm(request.POST or None)
    if form.is_valid() and (done := send(request, form, lambda: _attach(request, holder, form))):
        return done
    present = set(holder.row.attachments.values_list("policy__arn", flat=True))
    return page(
        request,
        holder,
        "attach.html",
        form=form,
        present=present,
        chosen=request.POST.getlist("arn"),
        **_choice(request, holder, f"Attach{holder.kind.api}Policy", "iam:PolicyARN"),
    )


def _choice(request: Request, holder: Holder, action: str, key: str) -> dict[str, Any]:
    """The policies to choose from, page by page, each with why the caller may not take it.

    `action` is what will be asked for, `key` its condition key that holds the policy's ARN.
    """
    holder.rights.require("ListPolicies", "*")
    filters = PolicyFilterForm(request.GET)
    found = policy_list.matching(request.caller.account, **filters.chosen())
    found = found.filter(is_attachable=True).exclude(path__startswith="/aws-service-role/")
    shown = paging.page(request, found, key=policy_list.KEY)
    return {
        "filters": filters,
        "narrows": any(filters.chosen().values()),
        "page": shown,
        "rows": [
            (row, _off(holder, action, key, row.policy.arn))
            for row in policy_list.rows(shown.rows, holder.rights)
        ],
    }


def _off(holder: Holder, action: str, key: str, arn: str) -> str:
    keys = {**boundary_key(holder), key: arn}
    return holder.rights.denied(holder.arn, keys)[action]


def _attach(request: Request, holder: Holder, form: PickPoliciesForm) -> HttpResponse:
    arns = form.cleaned_data["arn"]
    for arn in arns:
        holder.call(request, "attach_%s_policy", PolicyArn=arn)
    if len(arns) == 1:
        _offer_undo(request, holder, ManagedPolicy.objects.get(arn=arns[0]), attached=True)
    else:
        names = ", ".join(arn.rpartition("/")[2] for arn in arns)
        words = ngettext(
            "Policy %(policies)s was attached to %(name)s.",
            "Policies %(policies)s were attached to %(name)s.",
            len(arns),
        )
        messages.success(request, words % {"policies": names, "name": holder.name})
    return SeeOther(holder.url("permissions"))


@of_holder
def boundary(request: Request, holder: Holder) -> HttpResponse:
    """Set, or set another: whatever policies allow, the boundary must allow it too."""
    form = BoundaryForm(request.POST or None)
    if form.is_valid() and (done := send(request, form, lambda: _bound(request, holder, form))):
        return done
    present = getattr(holder.row, "boundary", None)
    chosen = request.POST.get("arn", present.arn if present else "")
    action = f"Put{holder.kind.api}PermissionsBoundary"
    choice = _choice(request, holder, action, "iam:PermissionsBoundary")
    return page(request, holder, "boundary.html", form=form, chosen=chosen, **choice)


def _bound(request: Request, holder: Holder, form: BoundaryForm) -> HttpResponse:
    arn = form.cleaned_data["arn"]
    holder.call(request, "put_%s_permissions_boundary", PermissionsBoundary=arn)
    words = {"name": holder.name, "policy": arn.rpartition("/")[2]}
    messages.success(request, _("%(policy)s is now the boundary of %(name)s.") % words)
    return SeeOther(holder.url("permissions"))


@require_POST
@of_holder
def boundary_remove(request: Request, holder: Holder) -> HttpResponse:
    """At once, with an Undo in the message."""
    present = getattr(holder.row, "boundary", None)
    holder.call(request, "delete_%s_permissions_boundary")
    undo = {"holder": holder, "policy": present, "url": holder.url("boundary-restore")}
    message = render_to_string("console/holders/_boundary_message.html", undo, request)
    messages.success(request, message)
    return SeeOther(holder.url("permissions"))


@require_POST
@of_holder
def boundary_restore(request: Request, holder: Holder) -> HttpResponse:
    """What Undo presses after a removal."""
    arn = request.POST.get("arn", "")
    holder.call(request, "put_%s_permissions_boundary", PermissionsBoundary=arn)
    words = {"name": holder.name, "policy": arn.rpartition("/")[2]}
    messages.success(request, _("%(policy)s is the boundary of %(name)s again.") % words)
    return SeeOther(holder.url("permissions"))
