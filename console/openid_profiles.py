"""Well-known OpenID Connect providers: what the form for a new one begins with.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_oidc.html
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Profile:
    """`hint` says where the values come from; `url` and `audience` are filled in as they are."""

    key: str
    name: Text
    about: Text
    hint: Text = ""
    url: str = ""
    audience: str = ""


ANY = Profile("", _("Any provider"), _("OpenID Connect with discovery: Keycloak, Okta, Dex, …"))
PROFILES = (
    ANY,
    Profile(
        "github",
        _("GitHub Actions"),
        _("Workflows get credentials without a stored key."),
        _(
            "Roles for it need a condition on sub, such as repo:your-org/your-repo:*, since all of "
            "GitHub shares this provider."
        ),
        "https://token.actions.githubusercontent.com",
        "sts.amazonaws.com",
    ),
    Profile(
        "google",
        _("Google"),
        _("People with a Google account, or one of your company's."),
        _(
            "The audience is the OAuth client ID of your Google Cloud project. Roles for it need a "
            "condition on aud, oaud or sub."
        ),
        "https://accounts.google.com",
    ),
    Profile(
        "cognito",
        _("Amazon Cognito user pool"),
        _("People of a user pool."),
        _(
            "Write the pool's region and ID into the URL: "
            "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Example. The audience is the "
            "app client ID."
        ),
        "https://cognito-idp.",
    ),
    Profile(
        "facebook",
        _("Facebook"),
        _("ID tokens of Facebook's Limited Login."),
        _("The audience is the app ID. Facebook's access tokens are not taken: only ID tokens."),
        "https://www.facebook.com",
    ),
    Profile(
        "amazon",
        _("Login with Amazon"),
        _("Through a Cognito user pool, as it gives no ID tokens of its own."),
        _(
            "Login with Amazon gives out access tokens, which this release does not take. Let a "
            "Cognito user pool federate it, and add the pool here."
        ),
        "https://cognito-idp.",
    ),
)


def profile(key: str) -> Profile:
    """The one of that key; any provider for a key that is none."""
    return next((one for one in PROFILES if one.key == key), ANY)
