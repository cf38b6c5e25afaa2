"""A new SAML provider: its metadata are shown as they are read, then what it has to know of us."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from console import responses
from console.forms.base import send
from console.forms.saml import Fetch, MetadataForm, SamlProviderForm
from console.http import Request
from console.permissions import Rights
from console.providers import SAML, Named, address, of_provider
from console.responses import SeeOther
from federation import service_provider
from federation.models import SamlProvider, saml_arn
from federation.oidc import https
from federation.oidc.https import Reach
from federation.saml.aws_attributes import PREFIX


def add(request: Request) -> HttpResponse:
    """An address is asked only for who may add a provider."""
    arn = saml_arn(request.caller.account_id, "*")
    form = SamlProviderForm(
        request.POST or None, request.FILES or None, fetch=fetching(request, "Create", arn)
    )
    preview = request.POST.get("act") == "preview"
    if (
        form.is_valid()
        and not preview
        and (done := send(request, form, lambda: _add(request, form)))
    ):
        return done
    shown = form.metadata if form.is_valid() else None
    if shown:
        form = SamlProviderForm(as_text(request, form), fetch=fetching(request, "Create", arn))
    return responses.page(
        request,
        "console/providers/add_saml.html",
        form=form,
        metadata=shown,
        denied=Rights(request).denied(arn),
        attributes=attributes(),
    )


def fetching(request: Request, verb: str, arn: str) -> Fetch:
    """Ask an address as who may create or update the provider. Raises AccessDenied, too."""

    def fetch(url: str) -> str:
        Rights(request).require(f"{verb}SAMLProvider", arn)
        return https.metadata(url, Reach(allowed=settings.OIDC_ALLOWED_NETWORKS))

    return fetch


def as_text(request: Request, form: MetadataForm) -> dict[str, Any]:
    """What was sent, for the form again: neither a file nor an address is read twice."""
    return {**request.POST.dict(), "document": form.cleaned_data["document"], "address": ""}


def _add(request: Request, form: SamlProviderForm) -> HttpResponse:
    name = form.cleaned_data["name"]
    request.iam.create_saml_provider(Name=name, SAMLMetadataDocument=form.cleaned_data["document"])
    return SeeOther(address(SAML, name, "provider-added"))


@require_safe
@of_provider
def added(request: Request, named: Named) -> HttpResponse:
    shown = request.iam.get_saml_provider(SAMLProviderArn=named.arn)
    provider = SamlProvider(
        account=request.caller.account, name=named.name, uuid=shown["SAMLProviderUUID"]
    )
    return responses.page(
        request,
        "console/providers/saml/added.html",
        named=named,
        ours=ours(provider),
        attributes=attributes(named.arn),
        role_url=role_url(named),
    )


def ours(provider: SamlProvider) -> list[tuple[str, str]]:
    """Our side's values, as the forms of identity providers call them."""
    return [
        (_("Metadata for the identity provider"), service_provider.metadata_url(provider)),
        (_("Entity ID (audience)"), service_provider.entity_id()),
        (_("Assertion consumer service"), service_provider.acs_url()),
        (
            _("For this provider alone, needed for encrypted assertions"),
            service_provider.acs_url(provider),
        ),
        (_("Single logout service"), service_provider.logout_url(provider)),
        (_("Sign in from here"), service_provider.sign_in_url(provider)),
    ]


def attributes(arn: str = "") -> list[tuple[str, str]]:
    """The attributes that we read, with what they hold; `arn` is of the provider."""
    account = arn.split(":")[4] if arn else "123456789012"
    pair = f"arn:aws:iam::{account}:role/NAME,{arn or f'arn:aws:iam::{account}:saml-provider/NAME'}"
    return [
        (f"{PREFIX}Role", pair),
        (f"{PREFIX}RoleSessionName", _("2 to 64 letters, digits and _+=,.@- such as the e-mail")),
        (f"{PREFIX}SessionDuration", _("900 to 43200 seconds; may be left out")),
        (f"{PREFIX}PrincipalTag:KEY", _("one value for a session tag; may be left out")),
        (f"{PREFIX}SourceIdentity", _("who it is, for good; may be left out")),
    ]


def role_url(named: Named) -> str:
    """The page for a new role that trusts the provider, filled in as far as it can be."""
    return responses.address("create-role", trusted="saml", provider=named.arn)
