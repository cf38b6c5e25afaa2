"""Inline policies of a user, a group or a role: documents that go with their holder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _

from console import policy_preview, policy_summary, recent_events
from console.forms.base import send
from console.forms.inline_policies import InlinePolicyForm
from console.forms.policy_documents import sent
from console.forms.users import ConfirmForm
from console.holders import Holder, of_holder
from console.http import Request
from console.names import policy_name, policy_segment
from console.permissions import Reading
from console.responses import SeeOther
from console.views.holder_policies import page
from identity import journal
from identity.errors import NoSuchEntity
from identity.previews import Preview


@dataclass(frozen=True, slots=True)
class Inline:
    """An inline policy; its document, or why the caller may not see it."""

    name: str
    document: Reading[str]

    @property
    def segment(self) -> str:
        return policy_segment(self.name)

    @property
    def summary(self) -> policy_summary.Shown | None:
        return policy_summary.shown(self.document.value) if self.document.value else None


def inline_policies(holder: Holder) -> Reading[list[Inline]]:
    """All of them: their total size is limited, so there are at most a few dozen."""
    return holder.rights.reading(
        f"List{holder.kind.api}Policies",
        holder.arn,
        lambda: [_inline(holder, one) for one in _rows(holder).order_by("name_folded")],
        **{f"{holder.kind.api}Name": holder.name},
    )


def _rows(holder: Holder) -> Any:
    return holder.row.policies.all()


def _inline(holder: Holder, row: Any) -> Inline:
    return Inline(
        row.name,
        holder.rights.reading(
            f"Get{holder.kind.api}Policy",
            holder.arn,
            lambda: policy_summary.text(row.document),
            **{f"{holder.kind.api}Name": holder.name, "PolicyName": row.name},
        ),
    )


def _found(holder: Holder, name: str) -> Inline:
    row = _rows(holder).named(name).first()
    if row is None:
        holder.rights.require(f"Get{holder.kind.api}Policy", holder.arn, PolicyName=name)
        raise NoSuchEntity(
            _("%(holder)s has no inline policy named %(name)s.")
            % {"holder": holder.name, "name": name}
        )
    return _inline(holder, row)


@of_holder
def create(request: Request, holder: Holder) -> HttpResponse:
    """A new policy. A `proposal` that another page sends fills the form in and writes nothing."""
    taken = list(_rows(holder).values_list("name", flat=True))
    form = InlinePolicyForm(**sent(request), taken=taken, limit=holder.kind.inline_limit)
    if form.is_valid() and (done := send(request, form, lambda: _put(request, holder, form))):
        return done
    preview = _preview(holder, form, "")
    return page(request, holder, "inline_edit.html", form=form, policy="", preview=preview)


@of_holder
def edit(request: Request, holder: Holder, policy: str) -> HttpResponse:
    """Another document for the same policy; its name stays."""
    found = _found(holder, policy_name(policy))
    holder.rights.require(f"Get{holder.kind.api}Policy", holder.arn, PolicyName=found.name)
    document = found.document.value or ""
    form = InlinePolicyForm(
        **sent(request),
        document=document,
        limit=holder.kind.inline_limit,
        name=found.name,
    )
    if form.is_valid() and (done := send(request, form, lambda: _put(request, holder, form))):
        return done
    preview = _preview(holder, form, document)
    return page(request, holder, "inline_edit.html", form=form, policy=found.name, preview=preview)


def _preview(holder: Holder, form: InlinePolicyForm, before: str) -> Reading[Preview] | None:
    """Whose recorded calls would change, once the text was checked and can be saved."""
    if not form.reviewed or form.report is None or form.report.text == before:
        return None
    journal.drain()
    name = str(form["policy_name"].value() or "")
    return policy_preview.of_inline(holder, name, before, form.report.text)


def _put(request: Request, holder: Holder, form: InlinePolicyForm) -> HttpResponse:
    name, document = form.cleaned_data["policy_name"], form.cleaned_data["document"]
    holder.call(request, "put_%s_policy", PolicyName=name, PolicyDocument=document)
    messages.success(request, _("Policy %(name)s was saved.") % {"name": name})
    return SeeOther(holder.url("permissions"))


@recent_events.fresh
@of_holder
def delete(request: Request, holder: Holder, policy: str) -> HttpResponse:
    found = _found(holder, policy_name(policy))
    form = ConfirmForm(request.POST or None)
    if form.is_valid() and (done := send(request, form, lambda: _delete(request, holder, found))):
        return done
    preview = _without(holder, found) if request.method != "POST" else None
    return page(request, holder, "inline_delete.html", form=form, policy=found, preview=preview)


def _without(holder: Holder, policy: Inline) -> Reading[Preview] | None:
    """Whose recorded calls would change without the policy, for who may read it."""
    text = policy.document.value
    return policy_preview.of_inline(holder, policy.name, text, None) if text else None


def _delete(request: Request, holder: Holder, policy: Inline) -> HttpResponse:
    holder.call(request, "delete_%s_policy", PolicyName=policy.name)
    messages.success(request, _("Policy %(name)s was deleted.") % {"name": policy.name})
    return SeeOther(holder.url("permissions"))
