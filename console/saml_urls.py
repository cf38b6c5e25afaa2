"""The addresses of the pages about SAML providers, and of the sign-in log."""

from __future__ import annotations

from django.urls import URLPattern, path

from console.providers import SAML
from console.views import (
    add_saml_provider,
    providers,
    saml_encryption,
    saml_provider,
    saml_sign_on,
    saml_test,
    sign_in_log,
)

_at, _given = "iam/providers/saml/<str:segment>", {"kind": SAML}
_pages = [
    ("", saml_provider.provider, "provider"),
    ("/added", add_saml_provider.added, "provider-added"),
    ("/metadata", saml_provider.metadata_page, "provider-metadata"),
    ("/encryption", saml_encryption.encryption, "provider-encryption"),
    ("/encryption/<str:key_id>/remove", saml_encryption.key_remove, "provider-key-remove"),
    ("/roles", saml_provider.roles, "provider-roles"),
    ("/sign-on", saml_sign_on.sign_on, "provider-sign-on"),
    ("/sign-ins", sign_in_log.log, "provider-log"),
    ("/sign-ins/<uuid:attempt_id>", sign_in_log.attempt, "provider-attempt"),
    ("/test", saml_test.test, "provider-test"),
    ("/test/sign-in", saml_test.sign_in, "provider-test-sign-in"),
    ("/tags", providers.tags, "provider-tags"),
    ("/delete", providers.delete, "provider-delete"),
]
saml_provider_urls: list[URLPattern] = [
    path("iam/add-provider", add_saml_provider.add, name="add-provider"),
    path("iam/sign-ins/<uuid:attempt_id>", sign_in_log.by_id, name="sign-in-attempt"),
    *(path(f"{_at}{end}", view, _given, name=f"saml-{name}") for end, view, name in _pages),
]
