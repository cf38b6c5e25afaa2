"""Which acts of the console take a proof of who is at the keyboard that is ten minutes old at most.

Those of docs/security.md: what would outlive a session that somebody left open. The API is not
asked: a key signs each of its calls.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_KEY, _DEVICE = _("Change an access key"), _("Change MFA devices")
_EMAIL = _("Change the root user's e-mail address")
_PROVIDER = _("Change whom an identity provider lets in")

ACTS: Mapping[str, Promise] = {
    "account-close": _("Close the account"),
    "me-key-create": _KEY,
    "me-key-status": _KEY,
    "me-key-delete": _KEY,
    "me-key-rotate": _KEY,
    "me-mfa-add": _DEVICE,
    "me-mfa-add-key": _DEVICE,
    "me-mfa-rename": _DEVICE,
    "me-mfa-remove": _DEVICE,
    "me-root-name": _("Change the account's name"),
    "me-root-email": _EMAIL,
    "me-root-email-code": _EMAIL,
    "user-key-create": _KEY,
    "user-key-status": _KEY,
    "user-key-rotate": _KEY,
    "user-mfa-remove": _DEVICE,
    "user-password": _("Set the password of a user"),
    "user-delete": _("Delete a user"),
    "role-delete": _("Delete a role"),
    "role-trust-edit": _("Change who may assume a role"),
    "policy-delete": _("Delete a policy"),
    "password-policy": _("Change the password policy"),
    "add-provider": _PROVIDER,
    "add-oidc-provider": _PROVIDER,
    "saml-provider-metadata": _PROVIDER,
    "saml-provider-encryption": _PROVIDER,
    "saml-provider-key-remove": _PROVIDER,
    "oidc-provider-sign-on": _PROVIDER,
    "oidc-provider-audiences": _PROVIDER,
    "oidc-provider-audience-remove": _PROVIDER,
    "oidc-provider-thumbprints": _PROVIDER,
}
"""By the names of their pages; for sending them, not for looking at them."""
