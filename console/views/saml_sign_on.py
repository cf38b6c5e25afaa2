"""How people of a SAML provider come in: who may begin, and whether our sign-in page offers it."""

from __future__ import annotations

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext_lazy

from console import responses
from console.forms.base import Form, send
from console.http import Request
from console.permissions import Rights
from console.providers import Named, of_provider, tabs_of
from console.sign_on import saved
from console.views.add_saml_provider import attributes, ours
from federation.models import SamlProvider, SamlSignOn
from identity.errors import NoSuchEntity

_KEPT = ("unsolicited", "fresh", "button")


class SignOnForm(Form):
    unsolicited = forms.BooleanField(
        label=gettext_lazy("The identity provider may begin"),
        help_text=gettext_lazy(
            "People come from its portal. Without this they have to begin at the sign-in page "
            "here, and nobody can be signed in by a link of somebody else's."
        ),
        required=False,
    )
    fresh = forms.BooleanField(
        label=gettext_lazy("Ask for a new sign-in each time"),
        help_text=gettext_lazy(
            "Who begins here signs in at the provider anew (ForceAuthn); a response that tells of "
            "an older sign-in is refused."
        ),
        required=False,
    )
    button = forms.BooleanField(
        label=gettext_lazy("Offer it on the sign-in page of this account"),
        help_text=gettext_lazy("Everybody who knows the account sees the provider's name there."),
        required=False,
    )


@of_provider
def sign_on(request: Request, named: Named) -> HttpResponse:
    """Changed by who may change the provider."""
    Rights(request).require("UpdateSAMLProvider", named.arn)
    provider = SamlProvider.objects.filter(account=request.caller.account, name=named.name).first()
    if provider is None:
        raise NoSuchEntity(f"Manifest not found for arn {named.arn}")
    found = SamlSignOn.of(provider.pk)
    initial = {name: getattr(found, name) for name in _KEPT}
    form = SignOnForm(request.POST or None, initial=initial)
    if form.is_valid() and (
        done := send(request, form, lambda: _save(request, named, found, form))
    ):
        return done
    return responses.page(
        request,
        "console/providers/saml/sign_on.html",
        named=named,
        tabs=tabs_of(named),
        tab="sign_on",
        form=form,
        ours=ours(provider),
        attributes=attributes(named.arn),
    )


def _save(request: Request, named: Named, row: SamlSignOn, form: SignOnForm) -> HttpResponse:
    for name in _KEPT:
        setattr(row, name, form.cleaned_data[name])
    row.save()
    told = {name.capitalize(): getattr(row, name) for name in _KEPT}
    given = {"SamlProviderArn": named.arn, **told}
    return saved(request, "UpdateSAMLSignOn", given, named.url)
