"""The permissions of a user: inline policies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from console.forms.base import send
from console.forms.user_policies import InlinePolicyForm
from console.forms.users import ConfirmForm
from console.http import Request
from console.names import policy_name, policy_segment
from console.permissions import Reading, reading
from console.responses import see_other
from console.templatetags.formats import json_pretty
from console.views.user_pages import of_user, page, segment
from identity import quotas
from identity.policy import size

if TYPE_CHECKING:
    from mypy_boto3_iam import type_defs as t


@dataclass(frozen=True, slots=True)
class Inline:
    """An inline policy; its document, or why the caller may not see it."""

    name: str
    document: Reading[str]

    @property
    def segment(self) -> str:
        return policy_segment(self.name)


@require_safe
@of_user
def permissions(request: Request, user: t.UserTypeDef) -> HttpResponse:
    policies = reading(lambda: _inline(request, user["UserName"]))
    documents = [policy.document.value or "" for policy in policies.value or []]
    return page(
        request,
        user,
        "permissions.html",
        "permissions",
        policies=policies,
        used=sum(size(document) for document in documents),
        limit=quotas.USER_POLICY_SIZE,
    )


def policy_names(request: Request, user_name: str) -> list[str]:
    """All of them: their total size is limited, so there are at most a few dozen."""
    pages = request.iam.list_user_policies(UserName=user_name)
    names = list(pages["PolicyNames"])
    while pages["IsTruncated"]:
        pages = request.iam.list_user_policies(UserName=user_name, Marker=pages["Marker"])
        names += pages["PolicyNames"]
    return names


def _inline(request: Request, user_name: str) -> list[Inline]:
    return [
        Inline(name, reading(lambda name=name: _document(request, user_name, name)))  # type: ignore[misc]  # mypy cannot infer a lambda with a default
        for name in policy_names(request, user_name)
    ]


def _document(request: Request, user_name: str, name: str) -> str:
    found = request.iam.get_user_policy(UserName=user_name, PolicyName=name)
    # As on the wire: percent-encoded text (boto3 would have read it; the stubs say so).
    return json_pretty(unquote(str(found["PolicyDocument"])))


@of_user
def create(request: Request, user: t.UserTypeDef) -> HttpResponse:
    """A new policy. A `proposal` that another page sends fills the form in and writes nothing."""
    taken = policy_names(request, user["UserName"])
    proposal = request.POST.get("proposal", "")
    initial = {"document": proposal} if proposal else {}
    sent = None if proposal else request.POST or None
    form = InlinePolicyForm(sent, taken=taken, initial=initial)
    if form.is_valid() and (done := send(request, form, lambda: _put(request, user, form))):
        return done
    return page(request, user, "policy_edit.html", form=form, policy="")


@of_user
def edit(request: Request, user: t.UserTypeDef, policy: str) -> HttpResponse:
    """Another document for the same policy; its name stays."""
    name = policy_name(policy)
    document = _document(request, user["UserName"], name)
    form = InlinePolicyForm(request.POST or None, document=document, initial={"policy_name": name})
    form.fields["policy_name"].disabled = True
    if form.is_valid() and (done := send(request, form, lambda: _put(request, user, form))):
        return done
    return page(request, user, "policy_edit.html", form=form, policy=name)


def _put(request: Request, user: t.UserTypeDef, form: InlinePolicyForm) -> HttpResponse:
    name = form.cleaned_data["policy_name"]
    request.iam.put_user_policy(
        UserName=user["UserName"],
        PolicyName=name,
        PolicyDocument=form.cleaned_data["document"],
    )
    messages.success(request, _("Policy %(name)s was saved.") % {"name": name})
    return see_other("user-permissions", segment(user))


@of_user
def delete(request: Request, user: t.UserTypeDef, policy: str) -> HttpResponse:
    name = policy_name(policy)
    form = ConfirmForm(request.POST or None)
    if form.is_valid() and (done := send(request, form, lambda: _delete(request, user, name))):
        return done
    document = reading(lambda: _document(request, user["UserName"], name))
    return page(request, user, "policy_delete.html", form=form, policy=name, document=document)


def _delete(request: Request, user: t.UserTypeDef, name: str) -> HttpResponse:
    request.iam.delete_user_policy(UserName=user["UserName"], PolicyName=name)
    messages.success(request, _("Policy %(name)s was deleted.") % {"name": name})
    return see_other("user-permissions", segment(user))
