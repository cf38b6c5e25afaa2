"""A new OpenID Connect provider: a form for the kind, what the provider says of itself, done."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from console import openid_profiles, responses
from console.forms.base import send
from console.forms.openid import OidcProviderForm
from console.http import Request
from console.permissions import Rights
from console.providers import OIDC, Named, address, of_provider
from console.responses import SeeOther
from federation import key_sets, openid_sign_in
from federation.models import OidcProvider, oidc_arn
from federation.oidc import issuer, keys
from federation.oidc.discovery import Configuration, DiscoveryError
from federation.oidc.keys import KeysError, VerificationKey


@dataclass(frozen=True, slots=True)
class Seen:
    """What a provider says of itself; `problem` instead, where it could not be asked.

    `thumbprint` is needed where no public authority vouches for it, `vouched` tells.
    """

    configuration: Configuration | None = None
    keys: tuple[VerificationKey, ...] = ()
    thumbprint: str = ""
    vouched: bool = False
    problem: str = ""


def add_oidc(request: Request) -> HttpResponse:
    """The provider is asked only for who may add one, and only with the button for it."""
    chosen = openid_profiles.profile(request.GET.get("kind", ""))
    initial = {"issuer_url": chosen.url, "client_ids": chosen.audience}
    form = OidcProviderForm(request.POST or None, initial=initial)
    denied = Rights(request).denied(oidc_arn(request.caller.account_id, "*"))
    fetch = request.POST.get("act") == "fetch"
    seen = None
    if fetch and form.is_bound and "issuer_url" in _read(form):
        seen = _seen(request, form.cleaned_data["issuer_url"])
    elif form.is_valid() and (done := send(request, form, lambda: _add(request, form))):
        return done
    return responses.page(
        request,
        "console/providers/add_oidc.html",
        form=form,
        denied=denied,
        chosen=chosen,
        profiles=openid_profiles.PROFILES,
        seen=seen,
    )


def _read(form: OidcProviderForm) -> dict[str, object]:
    """What can be read of the form; for a look at the provider it need not be whole."""
    form.full_clean()
    return form.cleaned_data


def _seen(request: Request, url: str) -> Seen:
    """Ask a provider that is not registered yet. Raises AccessDenied."""
    name = issuer.without_scheme(url)
    Rights(request).require(
        "CreateOpenIDConnectProvider", oidc_arn(request.caller.account_id, name)
    )
    try:
        looked = key_sets.look(name)
        return Seen(
            looked.configuration, keys.read(looked.key_set), looked.thumbprint, looked.vouched
        )
    except (DiscoveryError, KeysError) as problem:
        return Seen(problem=str(problem))


def _add(request: Request, form: OidcProviderForm) -> HttpResponse:
    given = form.cleaned_data
    request.iam.create_open_id_connect_provider(
        Url=given["issuer_url"],
        ClientIDList=given["client_ids"],
        ThumbprintList=given["thumbprints"],
    )
    return SeeOther(address(OIDC, issuer.without_scheme(given["issuer_url"]), "provider-added"))


@require_safe
@of_provider
def added(request: Request, named: Named) -> HttpResponse:
    """What the provider has to know of us, and where to go from here."""
    shown = request.iam.get_open_id_connect_provider(OpenIDConnectProviderArn=named.arn)
    return responses.page(
        request,
        "console/providers/oidc/added.html",
        named=named,
        shown=shown,
        ours=ours(request, named.name),
        role_url=role_url(named, shown["ClientIDList"]),
    )


def ours(request: Request, name: str) -> list[tuple[str, str]]:
    """Our side's values, as the provider's forms call them."""
    provider = OidcProvider(account=request.caller.account, url=name)
    return [
        (_("Redirect URI"), openid_sign_in.redirect_uri(provider)),
        (_("Initiate sign-in from here"), openid_sign_in.start_url(provider)),
        (_("Response type, grant type"), "code, authorization_code"),
    ]


def role_url(named: Named, audiences: list[str]) -> str:
    """The page for a new role that trusts the provider, filled in as far as it can be."""
    return responses.address("create-role", provider=named.arn, audience=(audiences or [""])[0])
