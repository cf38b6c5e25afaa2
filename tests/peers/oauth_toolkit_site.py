"""Runs in the peers' own environment: django-oauth-toolkit as an OpenID provider, on TLS.

One Django project in one file: a person with a password, one client, consent asked for.
"""

from __future__ import annotations

import json
import socketserver
import ssl
import sys
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.urls import URLResolver, include, path
from django.utils.module_loading import import_string

KNOWN = json.loads(Path(sys.argv[1]).read_text())
AT = Path(KNOWN["at"])
APPS = ("auth", "contenttypes", "sessions", "messages")
LOGIN = """<!doctype html><html lang="en"><title>Sign in</title><form method="post">{% csrf_token %}
{{ form.as_p }}<input type="hidden" name="next" value="{{ next }}">
<button>Login</button></form></html>"""

settings.configure(
    SECRET_KEY="of-one-test-run-" * 4,
    ALLOWED_HOSTS=["localhost"],
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    LOGIN_URL="/login/",
    INSTALLED_APPS=[*(f"django.contrib.{app}" for app in APPS), "oauth2_provider"],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
    ],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": AT / "site.db"}},
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                ],
                "loaders": [
                    (
                        "django.template.loaders.locmem.Loader",
                        {"registration/login.html": LOGIN},
                    ),
                    "django.template.loaders.app_directories.Loader",
                ],
            },
        }
    ],
    OAUTH2_PROVIDER={
        "OIDC_ENABLED": True,
        "OIDC_RSA_PRIVATE_KEY": (AT / "tls.key").read_text(),
        "OIDC_ISS_ENDPOINT": KNOWN["issuer"],
        "SCOPES": {"openid": "Who you are"},
        "PKCE_REQUIRED": True,
        "OAUTH2_VALIDATOR_CLASS": f"{__name__}.Validator",
    },
)
urlpatterns: list[URLResolver] = []


class Server(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Quiet(WSGIRequestHandler):
    def get_environ(self) -> dict[str, object]:
        return {**super().get_environ(), "wsgi.url_scheme": "https", "HTTPS": "on"}

    def log_message(self, *_said: object) -> None:
        pass


def validator() -> type[Any]:
    """It also says of a person the name, and the group that the test wrote down."""

    def said(_self: Any, request: Any) -> dict[str, object]:
        return {"preferred_username": request.user.get_username(), "groups": KNOWN["groups"]}

    base = import_string("oauth2_provider.oauth2_validators.OAuth2Validator")
    return type("Validator", (base,), {"oidc_claim_scope": None, "get_additional_claims": said})


def fill() -> None:
    """The person and the client."""
    model: Any = get_user_model()
    model.objects.create_user(KNOWN["user"], password=KNOWN["password"])
    apps.get_model("oauth2_provider", "Application").objects.create(
        name="Console",
        client_id=KNOWN["client_id"],
        client_secret=KNOWN["client_secret"],
        client_type="confidential",
        authorization_grant_type="authorization-code",
        redirect_uris=" ".join(KNOWN["redirect_uris"]),
        algorithm="RS256",
    )


def main() -> None:
    application = get_wsgi_application()
    globals()["Validator"] = validator()
    urlpatterns.append(path("", include("django.contrib.auth.urls")))
    urlpatterns.append(path("o/", include("oauth2_provider.urls", namespace="oauth2_provider")))
    call_command("migrate", verbosity=0)
    fill()
    server = Server(("127.0.0.1", KNOWN["port"]), Quiet)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(AT / "tls.pem", AT / "tls.key")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.set_app(application)
    server.serve_forever()


if __name__ == "__main__":
    main()
