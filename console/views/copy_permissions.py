"""Give a user who is there what another one has, once it was shown what that is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _

from console import copied_permissions
from console.forms.base import send
from console.forms.users import CopyForm
from console.holders import user_holder
from console.http import Request
from console.responses import see_other
from console.views.holder_policies import page
from console.views.user_pages import of_user, segment
from identity.errors import NoSuchEntity

if TYPE_CHECKING:
    from mypy_boto3_iam import type_defs as t


@of_user
def copy(request: Request, user: t.UserTypeDef) -> HttpResponse:
    """`?from=` is the other one; what is shown is what the button copies."""
    source = request.GET.get("from", "").strip()
    form = CopyForm(request.POST or None, initial={"copied_from": source})
    if form.is_valid() and (done := send(request, form, lambda: _copy(request, user, form))):
        return done
    found, problem = None, ""
    if source and not form.is_bound:
        try:
            found = copied_permissions.of(request, source, user["UserName"])
        except NoSuchEntity as refused:
            problem = refused.message
    holder = user_holder(request, user)
    context = {"form": form, "source": source, "found": found, "problem": problem}
    return page(request, holder, "copy.html", **context)


def _copy(request: Request, user: t.UserTypeDef, form: CopyForm) -> HttpResponse:
    source, name = form.cleaned_data["copied_from"], user["UserName"]
    copied_permissions.copy(request, source, name)
    words = {"source": source, "name": name}
    messages.success(request, _("%(name)s has what %(source)s has, too.") % words)
    return see_other("user-permissions", segment(user))
