"""The addresses of the pages about OpenID Connect providers."""

from __future__ import annotations

from django.urls import URLPattern, path

from console.providers import OIDC
from console.views import (
    add_openid_provider,
    openid_provider,
    openid_sign_on,
    openid_test,
    providers,
    sign_in_log,
)

_at, _given = "iam/providers/oidc/<str:segment>", {"kind": OIDC}
_pages = [
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
    ("/sign-ins", sign_in_log.log, "provider-log"),
    ("/sign-ins/<uuid:attempt_id>", sign_in_log.attempt, "provider-attempt"),
    ("/tags", providers.tags, "provider-tags"),
    ("/delete", providers.delete, "provider-delete"),
]
openid_provider_urls: list[URLPattern] = [
    path("iam/add-provider/oidc", add_openid_provider.add_oidc, name="add-oidc-provider"),
    *(path(f"{_at}{end}", view, _given, name=f"oidc-{name}") for end, view, name in _pages),
]
