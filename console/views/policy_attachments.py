"""Who has a managed policy: attached as permissions, or set as the boundary."""

from __future__ import annotations

from typing import Any, Literal

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from console import holders, paging
from console.forms.attachments import PickHoldersForm
from console.forms.base import send
from console.holder_permissions import boundary_key
from console.holders import KINDS, Holder, Kind
from console.http import Request
from console.names import user_segment
from console.permissions import Rights, reading
from console.responses import SeeOther
from console.views.policy_pages import Subject, of_policy, page
from identity import arns
from identity.models import Group, Role
from identity.models.user import folded

Usage = Literal["PermissionsPolicy", "PermissionsBoundary"]

_AT_ONCE = 50


@require_safe
@of_policy
def attached(request: Request, subject: Subject) -> HttpResponse:
    """Page by page, groups first; `?as=boundary` for those whom the policy caps."""
    as_boundary = request.GET.get("as") == "boundary"
    usage: Usage = "PermissionsBoundary" if as_boundary else "PermissionsPolicy"
    marker = request.GET.get("after", "")
    read = reading(lambda: _entities(request, subject, usage, marker))
    return page(
        request,
        subject,
        "attached.html",
        "attached",
        read=read,
        as_boundary=as_boundary,
        marker=marker,
    )


def _entities(request: Request, subject: Subject, usage: Usage, marker: str) -> dict[str, Any]:
    more: Any = {"Marker": marker} if marker else {}
    found: Any = request.iam.list_entities_for_policy(
        PolicyArn=subject.policy.arn, PolicyUsageFilter=usage, MaxItems=_AT_ONCE, **more
    )
    entities = [
        _Entity(kind, one[f"{kind.api}Name"], one[f"{kind.api}Id"])
        for kind in (holders.GROUP, holders.USER, holders.ROLE)
        for one in found[f"Policy{kind.api}s"]
    ]
    return {"entities": entities, "next": found.get("Marker", "")}


class _Entity:
    """A holder as ListEntitiesForPolicy names it."""

    def __init__(self, kind: Kind, name: str, unique_id: str) -> None:
        self.kind, self.name, self.unique_id = kind, name, unique_id
        self.segment = user_segment(name, unique_id)

    @property
    def url(self) -> str:
        return reverse(f"{self.kind.word}-permissions", args=[self.segment])

    @property
    def change_url(self) -> str:
        return reverse(f"{self.kind.word}-attachment", args=[self.segment])


@of_policy
def attach(request: Request, subject: Subject) -> HttpResponse:
    """Choose users, groups or roles, and attach the policy to all of them or to none."""
    kind = KINDS.get(request.GET.get("kind", ""), holders.USER)
    text = request.GET.get("q", "").strip()
    shown = _candidates(request, subject.rights, kind, text)
    form = PickHoldersForm(request.POST or None)
    if form.is_valid() and (
        done := send(request, form, lambda: _attach(request, subject, kind, form))
    ):
        return done
    return page(
        request,
        subject,
        "attach.html",
        form=form,
        holder_kind=kind,
        kinds=KINDS.values(),
        text=text,
        page=shown,
        rows=[_candidate(subject, kind, row) for row in shown.rows],
        chosen=request.POST.getlist("name"),
    )


def _candidate(subject: Subject, kind: Kind, row: Any) -> tuple[Holder, str]:
    """With why the caller may not attach the policy there, "" when that is allowed."""
    holder = Holder(kind, row, subject.rights)
    keys = {"iam:PolicyARN": subject.policy.arn, **boundary_key(holder)}
    return holder, subject.rights.denied(holder.arn, keys)[f"Attach{kind.api}Policy"]


def _candidates(request: Request, rights: Rights, kind: Kind, text: str) -> paging.Page[Any]:
    account = request.caller.account
    rows: Any = {
        "user": account.iam_users.select_related("boundary"),
        "group": Group.objects.filter(account=account),
        "role": Role.objects.filter(account=account).select_related("boundary"),
    }[kind.word]
    rights.require(f"List{kind.api}s", arns.iam(account.id, kind.word, ""))
    if text:
        rows = rows.filter(name_folded__under=folded(text))
    return paging.page(request, rows, key="name_folded")


def _attach(request: Request, subject: Subject, kind: Kind, form: PickHoldersForm) -> HttpResponse:
    names = form.cleaned_data["name"]
    for name in names:
        getattr(request.iam, f"attach_{kind.word}_policy")(
            **{f"{kind.api}Name": name, "PolicyArn": subject.policy.arn}
        )
    words = ngettext(
        "%(policy)s was attached to %(names)s.",
        "%(policy)s was attached to %(count)d: %(names)s.",
        len(names),
    )
    given = {"policy": subject.policy.name, "count": len(names), "names": ", ".join(names)}
    messages.success(request, words % given)
    return SeeOther(subject.url("policy-attached"))
