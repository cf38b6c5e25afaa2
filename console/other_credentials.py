"""The credentials of a user beyond password, MFA and access keys: three kinds, handled alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from console.http import Request
from console.permissions import reading


@dataclass(frozen=True, slots=True)
class Credential:
    """One of them; `name` is the user name at a service, or empty."""

    id: str
    status: str
    made: datetime
    service: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """`noun` ends the names of the four actions of AWS, `id` names the member with the ID.

    `key` stands in addresses; `make` is the action that makes one, `most` how many a user may have,
    if that is one number.
    """

    key: str
    title: str | Promise
    one: str | Promise
    noun: str
    plural: str
    member: str
    id: str
    make: str
    most: int | None = None

    def listed(self, request: Request, name: str) -> list[Credential]:
        """Those of the user, oldest first; their quotas are below the size of a page."""
        found = _call(request, f"list_{self.plural}", UserName=name)[self.member]
        return sorted(map(self._read, found), key=lambda credential: credential.made)

    def _read(self, found: dict[str, Any]) -> Credential:
        name = found.get("ServiceUserName") or found.get("ServiceCredentialAlias") or ""
        made: datetime = found.get("UploadDate") or found["CreateDate"]
        return Credential(found[self.id], found["Status"], made, found.get("ServiceName", ""), name)

    def set_status(self, request: Request, name: str, credential_id: str, status: str) -> None:
        named = {"UserName": name, self.id: credential_id, "Status": status}
        _call(request, f"update_{self.noun}", **named)

    def delete(self, request: Request, name: str, credential_id: str) -> None:
        _call(request, f"delete_{self.noun}", **{"UserName": name, self.id: credential_id})


KINDS = {
    kind.key: kind
    for kind in (
        Kind(
            key="ssh-keys",
            title=_("SSH public keys"),
            one=_("SSH public key"),
            noun="ssh_public_key",
            plural="ssh_public_keys",
            member="SSHPublicKeys",
            id="SSHPublicKeyId",
            make="UploadSSHPublicKey",
            most=5,
        ),
        Kind(
            key="service-credentials",
            title=_("Service-specific credentials"),
            one=_("Service-specific credential"),
            noun="service_specific_credential",
            plural="service_specific_credentials",
            member="ServiceSpecificCredentials",
            id="ServiceSpecificCredentialId",
            make="CreateServiceSpecificCredential",
        ),
        Kind(
            key="signing-certificates",
            title=_("Signing certificates"),
            one=_("Signing certificate"),
            noun="signing_certificate",
            plural="signing_certificates",
            member="Certificates",
            id="CertificateId",
            make="UploadSigningCertificate",
            most=2,
        ),
    )
}


def _call(request: Request, verb: str, **params: str) -> Any:
    return getattr(request.iam, verb)(**params)


def delete_all(request: Request, name: str) -> None:
    """Delete every credential of the three kinds that the user has.

    Kinds that the caller may not list are passed over: if there are some, DeleteUser says so.
    """
    for kind in KINDS.values():
        held = reading(partial(kind.listed, request, name))
        for credential in held.value or ():
            kind.delete(request, name, credential.id)
