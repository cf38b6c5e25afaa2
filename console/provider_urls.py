"""The addresses of the pages about identity providers: one set of pages for each kind."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.urls import URLPattern, path

from console.providers import OIDC, SAML
from console.views import (
    add_openid_provider,
    add_saml_provider,
    openid_provider,
    openid_sign_on,
    openid_test,
    providers,
    saml_encryption,
    saml_provider,
    saml_sign_on,
    saml_test,
    sign_in_log,
)

Page = tuple[str, Callable[..., Any], str]

_saml: list[Page] = [
    ("", saml_provider.provider, "provider"),
    ("/added", add_saml_provider.added, "provider-added"),
    ("/metadata", saml_provider.metadata_page, "provider-metadata"),
    ("/encryption", saml_encryption.encryption, "provider-encryption"),
    ("/encryption/<str:key_id>/remove", saml_encryption.key_remove, "provider-key-remove"),
    ("/roles", saml_provider.roles, "provider-roles"),
    ("/sign-on", saml_sign_on.sign_on, "provider-sign-on"),
    ("/test", saml_test.test, "provider-test"),
    ("/test/sign-in", saml_test.sign_in, "provider-test-sign-in"),
]
_openid: list[Page] = [
    ("", openid_provider.provider, "provider"),
    ("/added", add_openid_provider.added, "provider-added"),
    ("/audiences", openid_provider.audiences, "provider-audiences"),
    ("/audiences/remove", openid_provider.audience_remove, "provider-audience-remove"),
    ("/thumbprints", openid_provider.thumbprints, "provider-thumbprints"),
    ("/keys", openid_provider.provider_keys, "provider-keys"),
    ("/keys/fetch", openid_provider.fetch_again, "provider-keys-fetch"),
    ("/sign-on", openid_sign_on.sign_on, "provider-sign-on"),
    ("/test", openid_test.test, "provider-test"),
    ("/test/sign-in", openid_test.sign_in, "provider-test-sign-in"),
]
_both: list[Page] = [
    ("/sign-ins", sign_in_log.log, "provider-log"),
    ("/sign-ins/<uuid:attempt_id>", sign_in_log.attempt, "provider-attempt"),
    ("/tags", providers.tags, "provider-tags"),
    ("/delete", providers.delete, "provider-delete"),
]


def _pages_of(kind: str, pages: Iterable[Page]) -> list[URLPattern]:
    at, given = f"iam/providers/{kind}/<str:segment>", {"kind": kind}
    return [
        path(f"{at}{end}", view, given, name=f"{kind}-{name}")
        for end, view, name in (*pages, *_both)
    ]


provider_urls: list[URLPattern] = [
    path("iam/providers", providers.provider_list_page, name="providers"),
    path("iam/add-provider", add_saml_provider.add, name="add-provider"),
    path("iam/add-provider/oidc", add_openid_provider.add_oidc, name="add-oidc-provider"),
    path("iam/sign-ins/<uuid:attempt_id>", sign_in_log.by_id, name="sign-in-attempt"),
    *_pages_of(SAML, _saml),
    *_pages_of(OIDC, _openid),
]
