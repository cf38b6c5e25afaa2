"""SSH keys, signing certificates and service-specific credentials of a user."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from console import handoff
from console.forms.base import Form, send
from console.forms.other_credentials import (
    ServiceCredentialForm,
    SigningCertificateForm,
    SSHPublicKeyForm,
)
from console.forms.users import ConfirmForm
from console.http import Request
from console.other_credentials import KINDS, Credential, Kind
from console.permissions import Rights
from console.responses import address, see_other
from console.views import secrets_once
from console.views.user_pages import of_user, page, segment
from identity.errors import NoSuchEntity

if TYPE_CHECKING:
    from mypy_boto3_iam import type_defs as t

_FORMS: dict[str, type[Form]] = {
    "ssh-keys": SSHPublicKeyForm,
    "signing-certificates": SigningCertificateForm,
    "service-credentials": ServiceCredentialForm,
}
_SECRET = "Password or API key"


@of_user
def add(request: Request, user: t.UserTypeDef, key: str) -> HttpResponse:
    """Upload a key or certificate, or make credentials for a service."""
    kind = _kind(key)
    form = _FORMS[key](request.POST or None)
    if form.is_valid() and (done := send(request, form, lambda: _add(request, user, kind, form))):
        return done
    reason = Rights(request).denied(user["Arn"])[kind.make]
    return page(request, user, "credential_add.html", form=form, kind=kind, reason=reason)


def _add(request: Request, user: t.UserTypeDef, kind: Kind, form: Form) -> HttpResponse:
    name, given = user["UserName"], form.cleaned_data
    if kind.key == "service-credentials":
        return _make(request, user, given["service"], given["days"])
    if kind.key == "ssh-keys":
        request.iam.upload_ssh_public_key(UserName=name, SSHPublicKeyBody=given["body"])
    else:
        request.iam.upload_signing_certificate(UserName=name, CertificateBody=given["body"])
    messages.success(request, _("%(what)s uploaded.") % {"what": kind.one})
    return see_other("user-security-credentials", segment(user))


def _make(request: Request, user: t.UserTypeDef, service: str, days: int | None) -> HttpResponse:
    age = {"CredentialAgeDays": days} if days else {}
    made = request.iam.create_service_specific_credential(
        UserName=user["UserName"], ServiceName=service, **age
    )["ServiceSpecificCredential"]
    values = {"Service": service}
    if "ServicePassword" in made:
        values |= {"User name": made["ServiceUserName"], _SECRET: made["ServicePassword"]}
    else:
        values |= {_SECRET: made["ServiceCredentialSecret"]}
    return handoff.give(
        request, request.caller.user_id, values, "user-credential-done", segment(user)
    )


@of_user
def done(request: Request, user: t.UserTypeDef, handoff_id: str) -> HttpResponse:
    here = segment(user)
    return secrets_once.shown(
        request,
        handoff_id,
        heading=_("Service-specific credential of %(name)s") % {"name": user["UserName"]},
        trail=[(_("Users"), address("users")), (user["UserName"], address("user", here))],
        secret=_SECRET,
        csv_url=address("user-credential-csv", here, handoff_id),
        after_url=address("user-security-credentials", here),
        lost=_("If it is lost, make a new one."),
    )


@require_safe
@of_user
def done_csv(request: Request, user: t.UserTypeDef, handoff_id: str) -> HttpResponse:
    return secrets_once.csv_file(request, handoff_id, f"{user['UserName']}_credentials.csv")


@require_POST
@of_user
def status(request: Request, user: t.UserTypeDef, key: str, credential_id: str) -> HttpResponse:
    """Activate or deactivate at once."""
    wanted = "Active" if request.POST.get("status") == "Active" else "Inactive"
    _kind(key).set_status(request, user["UserName"], credential_id, wanted)
    message = _("%(id)s is active.") if wanted == "Active" else _("%(id)s was deactivated.")
    messages.success(request, message % {"id": credential_id})
    return see_other("user-security-credentials", segment(user))


@of_user
def delete(request: Request, user: t.UserTypeDef, key: str, credential_id: str) -> HttpResponse:
    """An active one takes its last four characters as confirmation."""
    kind = _kind(key)
    found = _found(request, user, kind, credential_id)
    form = ConfirmForm(
        request.POST or None, expected=found.id[-4:] if found.status == "Active" else ""
    )
    if form.is_valid() and (
        done := send(request, form, lambda: _delete(request, user, kind, found.id))
    ):
        return done
    reason = Rights(request).denied(user["Arn"])[f"Delete{kind.shape}"]
    return page(
        request, user, "credential_delete.html", form=form, kind=kind, found=found, reason=reason
    )


def _found(request: Request, user: t.UserTypeDef, kind: Kind, credential_id: str) -> Credential:
    for credential in kind.listed(request, user["UserName"]):
        if credential.id == credential_id:
            return credential
    raise NoSuchEntity(_("This user has no such credential."))


def _delete(request: Request, user: t.UserTypeDef, kind: Kind, credential_id: str) -> HttpResponse:
    kind.delete(request, user["UserName"], credential_id)
    messages.success(request, _("%(id)s was deleted.") % {"id": credential_id})
    return see_other("user-security-credentials", segment(user))


def _kind(key: str) -> Kind:
    if key not in KINDS:
        raise Http404
    return KINDS[key]
