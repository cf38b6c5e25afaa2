"""The trust policy of a role: who may use it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from console import policy_summary, trust_words
from console.diffs import rows_of
from console.forms.base import send
from console.forms.policy_documents import sent
from console.forms.roles import TrustForm
from console.holders import Holder, of_holder
from console.http import Request
from console.responses import SeeOther
from console.views.roles import page
from identity import quotas, trust_principals
from identity.models import Role


@require_safe
@of_holder
def trust(request: Request, holder: Holder) -> HttpResponse:
    """In words, and as it stands; principals that are gone are shown by their IDs."""
    document = _document(holder)
    return page(
        request,
        holder,
        "trust.html",
        "trust",
        document=document,
        sentences=trust_words.sentences(document),
        warnings=trust_words.warnings(document),
    )


@of_holder
def edit(request: Request, holder: Holder) -> HttpResponse:
    document = _document(holder)
    limit = quotas.of(request.caller.account_id, "ACLSizePerRole")
    form = TrustForm(**sent(request, document=document), trusted=document, limit=limit)
    if form.is_valid() and (done := send(request, form, lambda: _save(request, holder, form))):
        return done
    changes = rows_of(document, form.report.text) if form.report else []
    return page(request, holder, "trust_edit.html", form=form, changes=changes)


def _save(request: Request, holder: Holder, form: TrustForm) -> HttpResponse:
    request.iam.update_assume_role_policy(
        RoleName=holder.name, PolicyDocument=form.cleaned_data["document"]
    )
    messages.success(request, _("The trust policy of %(name)s was saved.") % {"name": holder.name})
    return SeeOther(holder.url("trust"))


def _document(holder: Holder) -> str:
    """The text with names in place of the stored IDs."""
    assert isinstance(holder.row, Role)
    (text,) = trust_principals.shown([holder.row.trust_policy])
    return policy_summary.text(text)
