"""The credentials of a user beyond password, MFA and access keys: three kinds, handled alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from console.http import Request
from console.permissions import Reading, Rights, reading

if TYPE_CHECKING:
    from mypy_boto3_iam import type_defs as t


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
    add_label: str | Promise
    most: int | None = None

    @property
    def shape(self) -> str:
        """How the actions of AWS call it: `SSHPublicKey` of `DeleteSSHPublicKey`."""
        return self.make.removeprefix("Upload").removeprefix("Create")

    @property
    def of_services(self) -> bool:
        return self.most is None

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
            add_label=_("Upload SSH public key"),
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
            add_label=_("Create service-specific credential"),
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
            add_label=_("Upload signing certificate"),
            most=2,
        ),
    )
}


def _call(request: Request, verb: str, **params: str) -> Any:
    return getattr(request.iam, verb)(**params)


@dataclass(frozen=True, slots=True)
class Section:
    """What the tab shows of one kind; the `…_denied` say why a button is off, or nothing."""

    kind: Kind
    held: Reading[list[Credential]]
    make_denied: str = ""
    update_denied: str = ""
    delete_denied: str = ""

    @property
    def full(self) -> bool:
        return self.kind.most is not None and len(self.held.value or ()) >= self.kind.most


def sections(request: Request, user: t.UserTypeDef) -> list[Section]:
    """A section for each kind, with what of it the user holds."""
    denied = Rights(request).denied(user["Arn"])
    return [
        Section(
            kind,
            held,
            denied[kind.make],
            denied[f"Update{kind.shape}"],
            denied[f"Delete{kind.shape}"],
        )
        for kind, held in held_by(request, user["UserName"])
    ]


def held_by(request: Request, name: str) -> list[tuple[Kind, Reading[list[Credential]]]]:
    """What the user holds, by kind; or a notice where the caller may not list it."""
    return [(kind, reading(partial(kind.listed, request, name))) for kind in KINDS.values()]


def delete_all(request: Request, name: str) -> None:
    """Delete every credential of the three kinds that the user has.

    Kinds that the caller may not list are passed over: if there are some, DeleteUser says so.
    """
    for kind, held in held_by(request, name):
        for credential in held.value or ():
            kind.delete(request, name, credential.id)
