"""What an account asks of console sessions."""

from __future__ import annotations

import ipaddress
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console.forms.account import choice, number
from console.forms.base import Form
from identity.models import ConsoleSettings

MOST_NETWORKS = 50


class SignInSettingsForm(Form):
    session_minutes = number(
        gettext_lazy("Session length in minutes"),
        gettext_lazy("15 to 720. Sessions that are open now end by it too."),
        15,
        720,
    )
    idle_minutes = number(
        gettext_lazy("Minutes without a request after which a session ends"),
        gettext_lazy("5 to 60"),
        5,
        60,
    )
    networks = forms.CharField(
        label=gettext_lazy("Allowed addresses"),
        help_text=gettext_lazy(
            "One address or network a line, such as 203.0.113.0/24; empty for all. From elsewhere "
            "no user signs in and no session goes on. The root user is let in from everywhere."
        ),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "autocomplete": "off"}),
    )
    message = forms.CharField(
        label=gettext_lazy("Message on the sign-in page"),
        help_text=gettext_lazy(
            "At most 500 characters. Everybody who opens the page of this account can read it, and "
            "learns by it that the account exists."
        ),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    contact = forms.CharField(
        label=gettext_lazy("Whom to ask for help"),
        help_text=gettext_lazy("A name, an address or a telephone number, for signed-in people."),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    require_mfa = choice(
        gettext_lazy("Require MFA for the console"),
        gettext_lazy(
            "Who signs in with a password alone can do nothing but add a device. Sign-in by an "
            "identity provider is left to the provider."
        ),
    )

    def __init__(self, data: Any, now: ConsoleSettings, *, source_ip: str, is_root: bool) -> None:
        self._source_ip, self._is_root = source_ip, is_root
        initial = {
            "session_minutes": int(now.session_length.total_seconds() // 60),
            "idle_minutes": int(now.idle_limit.total_seconds() // 60),
            "networks": "\n".join(now.networks),
            "message": now.message,
            "contact": now.contact,
            "require_mfa": now.require_mfa,
        }
        super().__init__(data, initial=initial)

    def clean_networks(self) -> list[str]:
        """In their usual spelling. Nobody locks themselves out."""
        lines = [line.strip() for line in self.cleaned_data["networks"].splitlines()]
        networks = [_network(line) for line in lines if line]
        if len(networks) > MOST_NETWORKS:
            raise ValidationError(_("At most %d lines.") % MOST_NETWORKS)
        settings = ConsoleSettings(networks=networks)
        if not settings.lets_in(self._source_ip, is_root=self._is_root):
            told = {"address": self._source_ip}
            raise ValidationError(
                _("You are at %(address)s, which is none of these: you would be out.") % told
            )
        return networks

    def chosen(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "form_token"}


def _network(text: str) -> str:
    try:
        return str(ipaddress.ip_network(text, strict=False))
    except ValueError as problem:
        told = {"text": text[:64]}
        raise ValidationError(_("“%(text)s” is no address and no network.") % told) from problem
