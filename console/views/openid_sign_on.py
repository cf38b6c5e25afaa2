"""How people sign in with an OpenID Connect provider."""

from __future__ import annotations

from django.http import HttpResponse

from console.forms.base import send
from console.forms.openid import SignOnForm
from console.http import Request
from console.permissions import Rights
from console.providers import Named, of_provider
from console.sign_on import saved
from console.views.add_openid_provider import ours
from console.views.openid_provider import page, row_of
from federation import key_sets
from federation.models import OidcSignOn

_KEPT = ("scopes", "role_claim", "session_claim", "label", "button")


@of_provider
def sign_on(request: Request, named: Named) -> HttpResponse:
    """Changed by who may change the provider."""
    Rights(request).require("GetOpenIDConnectProvider", named.arn)
    provider = row_of(request, named)
    found = OidcSignOn.objects.filter(provider=provider).first()
    kept = found or OidcSignOn(provider=provider)
    initial = {name: getattr(kept, name) for name in (*_KEPT, "client_id")}
    form = SignOnForm(
        request.POST or None,
        account=request.caller.account,
        client_ids=provider.client_ids,
        initial={**initial, "roles": "\n".join(kept.roles)},
    )
    if form.is_valid() and (done := send(request, form, lambda: _save(request, named, kept, form))):
        return done
    return page(
        request,
        named,
        "sign_on",
        form=form,
        client_ids=provider.client_ids,
        kept=found,
        has_secret=bool(found and found.secret),
        lacks_way_in=key_sets.lacks_way_in(provider),
        ours=ours(request, named.name),
    )


def _save(request: Request, named: Named, row: OidcSignOn, form: SignOnForm) -> HttpResponse:
    """Its event is without the secret."""
    Rights(request).require("UpdateOpenIDConnectProviderThumbprint", named.arn)
    given = form.cleaned_data
    for name in (*_KEPT, "client_id", "roles"):
        setattr(row, name, given[name])
    if given["public"] or given["secret"]:
        row.keep(given["secret"])
    row.save()
    told = {
        "OidcProviderArn": named.arn,
        "ClientId": row.client_id,
        "SecretChanged": bool(given["public"] or given["secret"]),
        "Roles": row.roles,
        "RoleClaim": row.role_claim,
        "SessionClaim": row.session_claim,
        "Button": row.button,
    }
    return saved(request, "UpdateOpenIDConnectSignOn", told, named.sign_on_url)
