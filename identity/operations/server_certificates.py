"""TLS certificates of servers, twenty an account, each with a private key that no answer shows."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from identity import authorization, certificates, identifiers, quotas, vault
from identity.calls import Call
from identity.errors import EntityAlreadyExists
from identity.models import ServerCertificate
from identity.operations import paging, resources, row_tags, tags
from identity.operations.registry import operation

if TYPE_CHECKING:
    from mypy_boto3_iam import type_defs as t

    from identity.operations.registry import Result

_NEW = resources.new("server-certificate", "ServerCertificateName")


def _expiration(call: Call) -> datetime:
    """When the certificate expires, all of it checked: too slow for a transaction.

    Tags at creation are a second permission.
    """
    if call.params.get("Tags"):
        authorization.require(call, _NEW(call), "iam:TagServerCertificate")
    given = call.params
    body, chain = given["CertificateBody"], given.get("CertificateChain", "")
    return certificates.server_certificate(body, given["PrivateKey"], chain, call.facts.at)


@operation("iam", "UploadServerCertificate", resource=_NEW, prepare=_expiration)
def upload_server_certificate(
    call: Call, params: t.UploadServerCertificateRequestTypeDef
) -> Result:
    name, given = params["ServerCertificateName"], list(params.get("Tags", []))
    tags.check(given, ignoring_case=False)
    _require_free(call, name)
    unique_id = identifiers.unique_id(ServerCertificate.id_prefix)
    certificate = ServerCertificate.objects.create(
        account=call.account,
        unique_id=unique_id,
        name=name,
        path=params.get("Path", "/"),
        body=params["CertificateBody"].strip(),
        chain=params.get("CertificateChain", "").strip(),
        sealed_private_key=vault.seal(
            params["PrivateKey"].encode(), f"server_certificate:{unique_id}"
        ),
        expires_at=call.prepared,
        tags=given,
    )
    quotas.take(call.account, "server_certificate_count", "ServerCertificatesPerAccount")
    shown = {"ServerCertificateMetadata": certificate.describe()}
    return {**shown, "Tags": row_tags.in_order(certificate)} if given else shown


@operation("iam", "GetServerCertificate", resource=resources.server_certificate)
def get_server_certificate(call: Call, params: t.GetServerCertificateRequestTypeDef) -> Result:
    certificate = call.server_certificate()
    shown = {
        "ServerCertificateMetadata": certificate.describe(),
        "CertificateBody": certificate.body,
        "CertificateChain": certificate.chain or None,
        "Tags": row_tags.in_order(certificate) or None,
    }
    return {"ServerCertificate": shown}


@operation("iam", "ListServerCertificates", resource=resources.under("server-certificate"))
def list_server_certificates(call: Call, params: t.ListServerCertificatesRequestTypeDef) -> Result:
    held = ServerCertificate.objects.filter(account=call.account)
    return paging.page(
        call,
        held.under(params.get("PathPrefix", "/")).defer("body", "chain", "sealed_private_key"),
        key="name_folded",
        member="ServerCertificateMetadataList",
        describe=ServerCertificate.describe,
    )


def _may_rename(call: Call) -> None:
    """Renaming needs the permission on the new ARN as on the old."""
    authorization.require(call, resources.renamed_server_certificate(call))


@operation(
    "iam",
    "UpdateServerCertificate",
    resource=resources.server_certificate,
    prepare=_may_rename,
)
def update_server_certificate(call: Call, params: t.UpdateServerCertificateRequestTypeDef) -> None:
    certificate = call.locked_server_certificate()
    name = params.get("NewServerCertificateName", certificate.name)
    _require_free(call, name, but=certificate)
    certificate.name, certificate.path = name, params.get("NewPath", certificate.path)
    certificate.save(update_fields=["name", "name_folded", "path"])


@operation("iam", "DeleteServerCertificate", resource=resources.server_certificate)
def delete_server_certificate(call: Call, params: t.DeleteServerCertificateRequestTypeDef) -> None:
    call.locked_server_certificate().delete()
    call.account.count(server_certificate_count=-1)


def _require_free(call: Call, name: str, but: ServerCertificate | None = None) -> None:
    holder = ServerCertificate.objects.named(name).filter(account=call.account).first()
    if holder is not None and holder != but:
        raise EntityAlreadyExists(f"The Server Certificate with name {name} already exists.")
