"""OpenID Connect providers: what they are, their lists, how people sign in, a token to try."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console.forms.base import Form
from federation.models import OidcSignOn
from federation.oidc import issuer
from federation.oidc.token import MOST_CHARACTERS
from identity.models import Account, Role

_LINES = {"rows": 4, "spellcheck": "false", "autocapitalize": "none"}
_PLAIN = {"autocapitalize": "none", "spellcheck": "false"}
# RFC 6749 section 3.3: what a scope may be made of.
_SCOPE = re.compile(r"[!#-\[\]-~]+")
_THUMBPRINT = re.compile(r"[0-9A-Fa-f]{40}")
_MOST_ROLES = 50


class OidcProviderForm(Form):
    """An issuer's URL and who its tokens may be for; lists have one entry a line."""

    issuer_url = forms.CharField(
        label=gettext_lazy("Provider URL"),
        help_text=gettext_lazy(
            "As tokens have it in iss: https, without query. A slash at the end counts, and a port "
            "is part of the name."
        ),
        max_length=255,
        widget=forms.TextInput(attrs=_PLAIN),
    )
    client_ids = forms.CharField(
        label=gettext_lazy("Audiences"),
        help_text=gettext_lazy("Client IDs that tokens may be for, one a line, up to 100."),
        widget=forms.Textarea(attrs=_LINES),
    )
    thumbprints = forms.CharField(
        label=gettext_lazy("Thumbprints"),
        help_text=gettext_lazy(
            "SHA-1 of a certificate in the chain, for a private authority only; up to 5."
        ),
        required=False,
        widget=forms.Textarea(attrs={**_LINES, "rows": 2}),
    )

    fields_of = {"EntityAlreadyExists": "issuer_url"}
    sentences = {"EntityAlreadyExists": gettext_lazy("A provider of this URL already exists.")}

    def clean_issuer_url(self) -> str:
        url: str = self.cleaned_data["issuer_url"]
        try:
            issuer.without_scheme(url)
        except issuer.IssuerError as problem:
            raise ValidationError(f"{str(problem).capitalize()}.") from problem
        return url

    def clean_client_ids(self) -> list[str]:
        return lines(self.cleaned_data["client_ids"])

    def clean_thumbprints(self) -> list[str]:
        return _thumbprints(self.cleaned_data["thumbprints"])


class AudienceForm(Form):
    """One more client ID."""

    client_id = forms.CharField(
        label=gettext_lazy("Client ID"),
        help_text=gettext_lazy("As tokens have it in aud, or in azp where they have one."),
        max_length=255,
        widget=forms.TextInput(attrs=_PLAIN),
    )


class ThumbprintsForm(Form):
    """The whole list, one a line."""

    thumbprints = forms.CharField(
        label=gettext_lazy("Thumbprints"),
        help_text=gettext_lazy("SHA-1 of certificates: 40 hexadecimal digits each, one a line."),
        widget=forms.Textarea(attrs=_LINES),
    )

    def clean_thumbprints(self) -> list[str]:
        return _thumbprints(self.cleaned_data["thumbprints"])


class SignOnForm(Form):
    """How people sign in with the provider."""

    client_id = forms.ChoiceField(
        label=gettext_lazy("Client ID"),
        help_text=gettext_lazy("As which of the provider's audiences we sign people in."),
    )
    secret = forms.CharField(
        label=gettext_lazy("Client secret"),
        help_text=gettext_lazy(
            "Kept sealed and never shown. Left empty, the one that is kept stays; a public client "
            "has none."
        ),
        max_length=1024,
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    public = forms.BooleanField(
        label=gettext_lazy("Public client"),
        help_text=gettext_lazy("Forget the secret: the code is protected by PKCE alone."),
        required=False,
    )
    scopes = forms.CharField(
        label=gettext_lazy("Scopes"),
        help_text=gettext_lazy("What we ask the provider for, openid among them."),
        max_length=500,
        initial="openid",
        widget=forms.TextInput(attrs=_PLAIN),
    )
    roles = forms.CharField(
        label=gettext_lazy("Roles"),
        help_text=gettext_lazy(
            "Names of the roles that are offered, one a line. Each role's trust policy decides."
        ),
        required=False,
        widget=forms.Textarea(attrs=_LINES),
    )
    role_claim = forms.CharField(
        label=gettext_lazy("Role claim"),
        help_text=gettext_lazy(
            "Where no roles are named above: the claim that has their ARNs or names."
        ),
        max_length=255,
        initial=OidcSignOn._meta.get_field("role_claim").default,
        widget=forms.TextInput(attrs=_PLAIN),
    )
    session_claim = forms.CharField(
        label=gettext_lazy("Session name claim"),
        help_text=gettext_lazy(
            "Names the session in logs and policies. email counts only when the provider has "
            "verified it."
        ),
        max_length=255,
        initial="sub",
        widget=forms.TextInput(attrs=_PLAIN),
    )
    label = forms.CharField(
        label=gettext_lazy("Name on the button"),
        help_text=gettext_lazy("Without one it is the provider's URL."),
        max_length=64,
        required=False,
    )
    button = forms.BooleanField(
        label=gettext_lazy("Offer it on the sign-in page of this account"),
        help_text=gettext_lazy("Everybody who knows the account sees the provider's name there."),
        required=False,
    )

    def __init__(
        self, *args: Any, account: Account, client_ids: Iterable[str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._account = account
        choices = [(each, each) for each in client_ids]
        self.fields["client_id"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField

    def clean_scopes(self) -> str:
        scopes = self.cleaned_data["scopes"].split()
        if "openid" not in scopes:
            raise ValidationError(_("openid has to be among the scopes."))
        if not all(_SCOPE.fullmatch(scope) for scope in scopes):
            raise ValidationError(_("Scopes are plain words with spaces between them."))
        return " ".join(dict.fromkeys(scopes))

    def clean_roles(self) -> list[str]:
        names = lines(self.cleaned_data["roles"])
        if len(names) > _MOST_ROLES:
            raise ValidationError(_("At most %d roles can be offered.") % _MOST_ROLES)
        found = [Role.named_in(self._account.pk, name) for name in names]
        unknown = [name for name, role in zip(names, found, strict=True) if role is None]
        if unknown:
            raise ValidationError(_("There is no role named %s.") % unknown[0][:64])
        return [role.name for role in found if role]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if given.get("public") and given.get("secret"):
            self.add_error("secret", _("A public client has no secret."))
        return given


class TokenForm(Form):
    """A token to look at. It opens nothing here, and is not kept."""

    token = forms.CharField(
        label=gettext_lazy("ID token"),
        help_text=gettext_lazy(
            "Three parts with dots between them. It is looked at and forgotten; nobody is signed "
            "in."
        ),
        max_length=MOST_CHARACTERS,
        widget=forms.Textarea(attrs={**_LINES, "rows": 6}),
    )


def lines(text: str) -> list[str]:
    """Each line once, without spaces around it."""
    return list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))


def _thumbprints(text: str) -> list[str]:
    found = [line.replace(":", "") for line in lines(text)]
    if wrong := [one for one in found if not _THUMBPRINT.fullmatch(one)]:
        raise ValidationError(_("%s is not 40 hexadecimal digits.") % wrong[0][:64])
    return found
