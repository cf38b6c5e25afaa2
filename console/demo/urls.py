"""The addresses of the demonstrations; each answers 404 while they are off."""

from __future__ import annotations

from django.urls import URLPattern, path

from console.demo import broker, home, idp, mailbox, openid, photo_app

demo_urls: list[URLPattern] = [
    path("demo", home.home, name="demo"),
    path("demo/mail", mailbox.mailbox, name="demo-mail"),
    path("demo/trace/<uuid:attempt_id>", home.trace, name="demo-trace"),
    path("demo/<str:scenario>/set-up", home.set_up, name="demo-set-up"),
    path("demo/<str:scenario>/remove", home.remove, name="demo-remove"),
    path("demo/idp", idp.start, name="demo-idp"),
    path("demo/idp/sign-in", idp.sign_in, name="demo-idp-sign-in"),
    path("demo/idp/sign-out", idp.sign_out, name="demo-idp-sign-out"),
    path("demo/idp/apps", idp.apps, name="demo-idp-apps"),
    path("demo/idp/send", idp.send, name="demo-idp-send"),
    path("demo/idp/metadata.xml", idp.metadata, name="demo-idp-metadata"),
    path("demo/broker", broker.jobs, name="demo-broker"),
    path("demo/broker/sign-in", broker.sign_in, name="demo-broker-sign-in"),
    path("demo/broker/run", broker.run, name="demo-broker-run"),
    path("demo/oidc/.well-known/openid-configuration", openid.discovery, name="demo-oidc"),
    path("demo/oidc/jwks", openid.jwks, name="demo-oidc-jwks"),
    path("demo/oidc/authorize", openid.authorize, name="demo-oidc-authorize"),
    path("demo/oidc/token", openid.token, name="demo-oidc-token"),
    path("demo/oidc/app", photo_app.app, name="demo-oidc-app"),
    path("demo/oidc/app/start", photo_app.start, name="demo-oidc-app-start"),
    path("demo/oidc/app/callback", photo_app.callback, name="demo-oidc-app-callback"),
]
