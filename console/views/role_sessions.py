"""The sessions of a role: the unexpired ones, and revoking all that were started before now."""

from __future__ import annotations

import json

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from console import session_list
from console.forms.base import Form, send
from console.holders import Holder, of_holder
from console.http import Request
from console.responses import SeeOther
from console.views.roles import page
from identity import revocation
from identity.models import Role


@require_safe
@of_holder
def sessions(request: Request, holder: Holder) -> HttpResponse:
    role = _role(holder)
    return page(
        request,
        holder,
        "sessions.html",
        "sessions",
        page=session_list.page_of(request, role),
        revoked_before=_revoked_before(role),
    )


@of_holder
def revoke(request: Request, holder: Holder) -> HttpResponse:
    """AWS's way: the inline policy AWSRevokeOlderSessions."""
    role = _role(holder)
    form = Form(request.POST or None)
    if form.is_valid() and (done := send(request, form, lambda: _revoke(request, holder))):
        return done
    return page(
        request,
        holder,
        "revoke.html",
        form=form,
        listed=session_list.of(request, role),
        sessions_url=holder.url("sessions"),
    )


def _revoke(request: Request, holder: Holder) -> HttpResponse:
    revocation.revoke_older(request.iam, request.facts.at, role_name=holder.name)
    text = _("All sessions of %(name)s that were started before now are revoked.")
    messages.success(request, text % {"name": holder.name})
    return SeeOther(holder.url("sessions"))


def _role(holder: Holder) -> Role:
    assert isinstance(holder.row, Role)
    return holder.row


def _revoked_before(role: Role) -> str:
    """The time in the revoking policy, as it stands there; "" without one."""
    policy = role.policies.filter(name=revocation.REVOKING_POLICY).first()
    if policy is None:
        return ""
    try:
        (statement,) = json.loads(policy.document)["Statement"]
        return str(statement["Condition"]["DateLessThan"]["aws:TokenIssueTime"])
    except (ValueError, KeyError, TypeError):
        return ""  # somebody wrote another policy of this name
