"""The addresses at which outside identities come in."""

from __future__ import annotations

from django.urls import URLPattern, path

from federation import logout_views, openid_views, saml_views, views

federation_urls: list[URLPattern] = [
    path("federation", views.federation, name="federation"),
]

_openid = "sign-in/oidc/<str:account>/<str:segment>"
openid_urls: list[URLPattern] = [
    path("sign-in/chooser", saml_views.roles, name="sign-in-chooser"),
    path(_openid, openid_views.start, name="sign-in-oidc"),
    path(f"{_openid}/callback", openid_views.callback, name="sign-in-oidc-callback"),
]

saml_urls: list[URLPattern] = [
    path("saml", saml_views.receive, name="saml-acs"),
    path("saml/acs/<str:uuid>", saml_views.receive, name="saml-acs-of"),
    path("saml/logout", logout_views.receive, name="saml-logout"),
    path("saml/logout/<str:uuid>", logout_views.receive, name="saml-logout-of"),
    path("sign-out/provider", logout_views.leave, name="sign-out-provider"),
    path("saml/roles", saml_views.roles, name="saml-roles"),
    path("sign-in/saml/<str:account>/<str:name>", saml_views.start, name="sign-in-saml"),
    path("static/saml-metadata.xml", saml_views.metadata, name="saml-metadata"),
    path("static/saml/<str:uuid>/saml-metadata.xml", saml_views.metadata, name="saml-metadata-of"),
]
