"""How people sign in with an OpenID Connect provider."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _

from console.forms.base import send
from console.forms.openid import SignOnForm
from console.http import Request
from console.permissions import Rights
from console.providers import Named, of_provider
from console.responses import SeeOther
from console.views.add_openid_provider import ours
from console.views.openid_provider import page, row_of
from federation import key_sets
from federation.models import OidcSignOn
from identity import audit

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
    """With an event of its own, without the secret: there is no action of AWS's for it."""
    Rights(request).require("UpdateOpenIDConnectProviderThumbprint", named.arn)
    given = form.cleaned_data
    for name in (*_KEPT, "client_id", "roles"):
        setattr(row, name, given[name])
    if given["public"] or given["secret"]:
        row.keep(given["secret"])
    row.save()
    name = "UpdateOpenIDConnectSignOn"
    event = audit.signin_event(
        request.caller.account,
        request.facts,
        name,
        identity=audit.identity_of(request.caller),
        response={name: "Success"},
        more={
            "OidcProviderArn": named.arn,
            "ClientId": row.client_id,
            "SecretChanged": bool(given["public"] or given["secret"]),
            "Roles": row.roles,
            "RoleClaim": row.role_claim,
            "SessionClaim": row.session_claim,
            "Button": row.button,
        },
    )
    event.save(force_insert=True)
    messages.success(request, _("The sign-in settings were saved."))
    return SeeOther(named.sign_on_url)
