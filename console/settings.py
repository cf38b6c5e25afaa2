"""The one settings file: what the environment says, then Django's settings by subject."""

from __future__ import annotations

import ipaddress
import os
import secrets
import sys
from pathlib import Path
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy

from console.environment import mail_server, refuse_unknown
from identity.files import private_file

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
refuse_unknown(os.environ)

VERSION = "0.1.0"

# --- the installation ------------------------------------------------------------------------
DATA_DIR = Path(env.str("BARTIZAN_DATA_DIR", default=str(BASE_DIR / "var")))
DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)

BASE_URL = env.str("BARTIZAN_BASE_URL", default="http://127.0.0.1:8000").rstrip("/")
_base = urlsplit(BASE_URL)
if _base.scheme not in ("http", "https") or not _base.hostname or _base.path:
    raise ImproperlyConfigured(
        f"`BARTIZAN_BASE_URL` must be http(s)://host[:port], not `{BASE_URL}`"
    )
HTTPS = _base.scheme == "https"
LOOPBACK = _base.hostname in ("127.0.0.1", "localhost", "::1")

DEBUG = env.bool("BARTIZAN_DEBUG", default=False)
DEMO = env.bool("BARTIZAN_DEMO", default=False)
if DEMO and not LOOPBACK:
    raise ImproperlyConfigured(
        f"`BARTIZAN_DEMO` needs a loopback address as `BARTIZAN_BASE_URL`, not `{BASE_URL}`"
    )
SECRET_KEY = env.str("BARTIZAN_SECRET_KEY", default="") or private_file(
    DATA_DIR / "secret.key", secrets.token_urlsafe(48)
)
VAULT_KEYS = env.str("BARTIZAN_VAULT_KEYS", default="")
VAULT_FILE = DATA_DIR / "vault.key"
FINDINGS_EVERY_HOURS = env.int("BARTIZAN_FINDINGS_EVERY_HOURS", default=24)
CONTACT = env.str("BARTIZAN_CONTACT", default="") or gettext_lazy("your administrator")
TRUSTED_PROXIES = env.list("BARTIZAN_TRUSTED_PROXIES", default=[])
# Networks, private ones too, in which OpenID Connect providers may be asked for their keys.
OIDC_ALLOWED_NETWORKS = tuple(
    ipaddress.ip_network(one) for one in env.list("BARTIZAN_OIDC_ALLOWED_NETWORKS", default=[])
)
# Regions that an IAM signature may name besides us-east-1; STS takes any.
REGIONS = frozenset({"us-east-1", *env.list("BARTIZAN_REGIONS", default=[])})

# --- Django ----------------------------------------------------------------------------------
ROOT_URLCONF = "console.urls"
WSGI_APPLICATION = "console.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
APPEND_SLASH = False
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
LANGUAGE_COOKIE_NAME = "language"
LOCALE_PATHS = [BASE_DIR / "console" / "locale"]

_LOCAL = ["127.0.0.1", "localhost", "[::1]"] if LOOPBACK else []
ALLOWED_HOSTS = [*env.list("BARTIZAN_ALLOWED_HOSTS", default=[]), _base.hostname, *_LOCAL]

INSTALLED_APPS = [
    "identity",
    "federation",
    "console",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_otp",
]

MIDDLEWARE = [
    "console.middleware.SecurityHeaders",
    "identity.middleware.EndpointMiddleware",
    "identity.middleware.ReadOnce",
    "django.middleware.common.CommonMiddleware",  # refuses hosts that are not ours
    "identity.browser_middleware.BrowserMiddleware",  # Django's sessions, several to a browser
    "identity.middleware.SignInFirst",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "console.middleware.KeptForms",
    "identity.middleware.CallerMiddleware",
    "console.middleware.Preferred",
    "console.middleware.MfaRequired",
    "console.middleware.SentBefore",
    "console.middleware.StepUp",
    "console.middleware.Commands",
    "console.middleware.Refusals",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csrf",
                "django.contrib.messages.context_processors.messages",
                "console.context.console",
            ],
        },
    }
]

# --- the database ----------------------------------------------------------------------------
SQLITE = {
    # Immediate transactions: a transaction that writes takes the lock when it begins, so that two
    # writers wait for each other instead of failing half-way; FULL: a write that was answered
    # survives a power cut.
    "transaction_mode": "IMMEDIATE",
    "timeout": 10,
    "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA foreign_keys=ON;",
}
DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'bartizan.db'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = SQLITE
    DATABASES["default"]["CONN_MAX_AGE"] = None
else:
    # What the URL says, such as sslmode or host, stays.
    DATABASES["default"].setdefault("OPTIONS", {})["pool"] = {"min_size": 1, "max_size": 16}
    DATABASES["default"]["CONN_MAX_AGE"] = 0

# --- identity --------------------------------------------------------------------------------
AUTH_USER_MODEL = "identity.User"
AUTHENTICATION_BACKENDS = ["identity.backends.ByKey"]
PASSWORD_HASHERS = ["identity.hashers.Argon2id"]
AUTH_PASSWORD_VALIDATORS: list[dict[str, str]] = []  # the account's password policy decides
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
SESSION_OVER_URL = "session-expired"
OTHER_ACCOUNT_URL = "other-account"

# Tests drain the journal by hand: a thread would not see their transactions.
JOURNAL_MOVES_BY_ITSELF = "pytest" not in sys.modules

# --- mail ------------------------------------------------------------------------------------
# Without a server nothing is sent; the demonstrations keep what would be in a mailbox of their own.
_server = mail_server(env.str("BARTIZAN_MAIL_URL", default=""))
MAIL = DEMO or bool(_server)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("BARTIZAN_MAIL_FROM", default=f"bartizan@{_base.hostname}")
globals().update(_server)
# How long root is told before lost MFA devices are taken away.
RECOVERY_HOURS = env.int("BARTIZAN_RECOVERY_HOURS", default=0 if DEMO else 24)
if RECOVERY_HOURS < 0:
    raise ImproperlyConfigured(f"`BARTIZAN_RECOVERY_HOURS` must be 0 or more, not {RECOVERY_HOURS}")

# --- sessions, cookies, headers --------------------------------------------------------------
SESSION_ENGINE = "identity.session_store"
SESSION_IDLE_SECONDS = 60 * 60
SESSION_SECONDS = 12 * 60 * 60
SESSION_COOKIE_AGE = SESSION_SECONDS
SESSION_COOKIE_NAME = "__Host-sid" if HTTPS else "sid"
SESSION_COOKIE_SECURE = HTTPS
SESSION_SERIALIZER = "django.contrib.sessions.serializers.JSONSerializer"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
CSRF_COOKIE_SECURE = HTTPS
CSRF_FAILURE_VIEW = "console.views.errors.csrf_failure"
CSRF_TRUSTED_ORIGINS = [BASE_URL]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS

# console.middleware.SecurityHeaders sends what these two middlewares would, and more.
SILENCED_SYSTEM_CHECKS = ["security.W001", "security.W002"]

# --- limits ----------------------------------------------------------------------------------
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024  # an account to import
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]

# --- static files ----------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or "pytest" in sys.modules
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# --- logs ------------------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {"django.request": {"level": "ERROR"}, "botocore": {"level": "WARNING"}},
}
