"""The pages of one OpenID Connect provider: summary, audiences, thumbprints, keys."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from console import responses
from console.forms.base import Form, send
from console.forms.openid import AudienceForm, ThumbprintsForm
from console.forms.users import ConfirmForm
from console.http import Request
from console.permissions import Rights
from console.providers import Named, Tab, may_see_trust, of_provider, tabs_of, trusting_roles
from console.responses import SeeOther
from console.views.add_openid_provider import ours, role_url
from federation import key_sets
from federation.models import OidcProvider, OidcSignOn
from federation.oidc import keys
from federation.oidc.keys import KeysError, VerificationKey
from identity.errors import NoSuchEntity


def page(request: Request, named: Named, tab: str, **context: Any) -> HttpResponse:
    tabs: list[Tab] = tabs_of(named)
    return responses.page(
        request, f"console/providers/oidc/{tab}.html", named=named, tabs=tabs, tab=tab, **context
    )


def row_of(request: Request, named: Named) -> OidcProvider:
    """The provider's row, once it has been authorised. Raises NoSuchEntity."""
    rows = OidcProvider.objects.select_related("account")
    found = rows.filter(account=request.caller.account, url=named.name).first()
    if found is None:
        raise NoSuchEntity(f"OpenIDConnect Provider not found for arn {named.arn}")
    return found


def _shown(request: Request, named: Named) -> Any:
    return request.iam.get_open_id_connect_provider(OpenIDConnectProviderArn=named.arn)


@require_safe
@of_provider
def provider(request: Request, named: Named) -> HttpResponse:
    shown = _shown(request, named)
    trust = trusting_roles(request.caller.account) if may_see_trust(request) else None
    row = row_of(request, named)
    return page(
        request,
        named,
        "summary",
        shown=shown,
        roles=None if trust is None else trust.get(named.arn, []),
        role_url=role_url(named, shown["ClientIDList"]),
        sign_on=OidcSignOn.objects.filter(provider=row).first(),
        lacks_way_in=key_sets.lacks_way_in(row),
        ours=ours(request, named.name),
    )


# --- audiences -----------------------------------------------------------------------------------


@of_provider
def audiences(request: Request, named: Named) -> HttpResponse:
    """The list, and a form for one more."""
    form = AudienceForm(request.POST or None)
    if form.is_valid() and (
        done := send(request, form, lambda: _add_audience(request, named, form))
    ):
        return done
    return page(request, named, "audiences", shown=_shown(request, named), form=form)


def _add_audience(request: Request, named: Named, form: Form) -> HttpResponse:
    client_id = form.cleaned_data["client_id"]
    request.iam.add_client_id_to_open_id_connect_provider(
        OpenIDConnectProviderArn=named.arn, ClientID=client_id
    )
    messages.success(request, _("Audience %(name)s was added.") % {"name": client_id})
    return SeeOther(named.page_url("audiences"))


@of_provider
def audience_remove(request: Request, named: Named) -> HttpResponse:
    """Typed, since tokens for it are refused from then on."""
    client_id = request.GET.get("client_id", "")[:255]
    form = ConfirmForm(request.POST or None, expected="remove")
    if form.is_valid() and (
        done := send(request, form, lambda: _remove_audience(request, named, client_id))
    ):
        return done
    shown = _shown(request, named)
    if client_id not in shown["ClientIDList"]:
        return SeeOther(named.page_url("audiences"))
    signs_in = OidcSignOn.objects.filter(
        provider__account=request.caller.account, provider__url=named.name, client_id=client_id
    )
    return page(
        request,
        named,
        "audience_remove",
        shown=shown,
        client_id=client_id,
        signs_in=signs_in.exists(),
        audiences_url=named.page_url("audiences"),
        form=form,
    )


def _remove_audience(request: Request, named: Named, client_id: str) -> HttpResponse:
    request.iam.remove_client_id_from_open_id_connect_provider(
        OpenIDConnectProviderArn=named.arn, ClientID=client_id
    )
    messages.success(request, _("Audience %(name)s was removed.") % {"name": client_id})
    return SeeOther(named.page_url("audiences"))


# --- thumbprints ---------------------------------------------------------------------------------


@of_provider
def thumbprints(request: Request, named: Named) -> HttpResponse:
    shown = _shown(request, named)
    form = ThumbprintsForm(
        request.POST or None, initial={"thumbprints": "\n".join(shown["ThumbprintList"])}
    )
    if form.is_valid() and (done := send(request, form, lambda: _save(request, named, form))):
        return done
    return page(request, named, "thumbprints", shown=shown, form=form)


def _save(request: Request, named: Named, form: Form) -> HttpResponse:
    request.iam.update_open_id_connect_provider_thumbprint(
        OpenIDConnectProviderArn=named.arn, ThumbprintList=form.cleaned_data["thumbprints"]
    )
    messages.success(request, _("The thumbprints were saved."))
    return SeeOther(named.page_url("thumbprints"))


# --- keys ----------------------------------------------------------------------------------------


@require_safe
@of_provider
def provider_keys(request: Request, named: Named) -> HttpResponse:
    """What is known of the provider; looking at it asks the provider nothing."""
    Rights(request).require("GetOpenIDConnectProvider", named.arn)
    known = key_sets.row_of(row_of(request, named))
    return page(request, named, "keys", known=known, keys=_usable(known.document))


def _usable(document: str) -> tuple[VerificationKey, ...]:
    try:
        return keys.read(document)
    except KeysError:
        return ()


@require_POST
@of_provider
def fetch_again(request: Request, named: Named) -> HttpResponse:
    """Ask the provider now. At most once a minute: another ask would learn nothing."""
    Rights(request).require("UpdateOpenIDConnectProviderThumbprint", named.arn)
    known = key_sets.refresh(row_of(request, named), request.facts.at)
    if known.problem:
        messages.error(request, _("The provider could not be asked: %s.") % known.problem)
    elif known.fetched_at == request.facts.at:
        messages.success(request, _("The keys were fetched."))
    else:
        messages.info(request, _("The provider was asked less than a minute ago."))
    return SeeOther(named.page_url("keys"))
