"""The pages of one SAML provider: summary, metadata and their replacement, roles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from console import responses
from console.forms.base import Form, send
from console.forms.saml import MetadataForm
from console.http import Request
from console.providers import Named, may_see_trust, of_provider, tabs_of, trusting_roles
from console.responses import SeeOther
from console.views.add_saml_provider import as_text, fetching, ours, role_url
from federation.models import SamlProvider, SamlSignOn
from federation.saml import metadata
from federation.saml.certificates import Certificate
from federation.saml.metadata import Metadata


def page(request: Request, named: Named, tab: str, **context: Any) -> HttpResponse:
    template = f"console/providers/saml/{tab}.html"
    return responses.page(request, template, named=named, tabs=tabs_of(named), tab=tab, **context)


def shown_of(request: Request, named: Named) -> Any:
    return request.iam.get_saml_provider(SAMLProviderArn=named.arn)


def known(document: str) -> Metadata | None:
    """What is in a document that is kept; None where a stricter release no longer takes it."""
    try:
        return metadata.read(document)
    except metadata.MetadataError:
        return None


@require_safe
@of_provider
def provider(request: Request, named: Named) -> HttpResponse:
    shown = shown_of(request, named)
    row = SamlProvider(
        account=request.caller.account, name=named.name, uuid=shown["SAMLProviderUUID"]
    )
    rows = SamlSignOn.objects.filter(provider__uuid=shown["SAMLProviderUUID"])
    return page(
        request,
        named,
        "summary",
        shown=shown,
        read=known(shown["SAMLMetadataDocument"]),
        sign_on=rows.first(),
        ours=ours(row),
    )


# --- metadata ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Change:
    """A signing certificate that stays, comes or goes."""

    kind: str
    words: str
    certificate: Certificate


@of_provider
def metadata_page(request: Request, named: Named) -> HttpResponse:
    """What is known, and what a new document would change: shown before it is replaced."""
    fetch = fetching(request, "Update", named.arn)
    form = MetadataForm(request.POST or None, request.FILES or None, fetch=fetch)
    preview = request.POST.get("act") == "preview"
    if (
        form.is_valid()
        and not preview
        and (done := send(request, form, lambda: _replace(request, named, form)))
    ):
        return done
    shown = shown_of(request, named)
    read, new = known(shown["SAMLMetadataDocument"]), form.metadata if form.is_valid() else None
    if new:
        form = MetadataForm(as_text(request, form), fetch=fetch)
    return page(
        request,
        named,
        "metadata",
        shown=shown,
        read=read,
        form=form,
        new=new,
        changes=_changes(read, new) if new else [],
        others=_other_names(read, new) if read and new else [],
    )


def _replace(request: Request, named: Named, form: Form) -> HttpResponse:
    request.iam.update_saml_provider(
        SAMLProviderArn=named.arn, SAMLMetadataDocument=form.cleaned_data["document"]
    )
    messages.success(request, _("The metadata were replaced."))
    return SeeOther(named.page_url("metadata"))


def _changes(old: Metadata | None, new: Metadata) -> list[Change]:
    before, after = _certificates(old), _certificates(new)
    gone = [one for one in before if one not in after]
    return [
        *(Change("ok", _("Stays"), one) for one in after if one in before),
        *(Change("info", _("Added"), one) for one in after if one not in before),
        *(Change("warn", _("Removed"), one) for one in gone),
    ]


def _certificates(read: Metadata | None) -> list[Certificate]:
    providers = read.providers if read else ()
    return list(dict.fromkeys(one for each in providers for one in each.signing))


def _other_names(old: Metadata, new: Metadata) -> list[str]:
    """Entity IDs that are no longer there: whoever signs under them is refused from then on."""
    names = {each.entity_id for each in new.providers}
    return [each.entity_id for each in old.providers if each.entity_id not in names]


# --- roles ---------------------------------------------------------------------------------------


@require_safe
@of_provider
def roles(request: Request, named: Named) -> HttpResponse:
    shown_of(request, named)
    trust = trusting_roles(request.caller.account) if may_see_trust(request) else None
    found = None if trust is None else trust.get(named.arn, [])
    return page(request, named, "roles", roles=found, role_url=role_url(named))
