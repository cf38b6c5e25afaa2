"""X.509 signing certificates of users and of root: two a principal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from identity import certificates, quotas
from identity.calls import Call
from identity.errors import DuplicateCertificate, NoSuchEntity
from identity.models import SigningCertificate
from identity.operations import paging, resources, statuses
from identity.operations.registry import operation

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from mypy_boto3_iam import type_defs as t

    from identity.operations.registry import Result


@operation("iam", "UploadSigningCertificate", resource=resources.user)
def upload_signing_certificate(
    call: Call, params: t.UploadSigningCertificateRequestTypeDef
) -> Result:
    given = certificates.signing_certificate(params["CertificateBody"], call.facts.at)
    certificate_id = certificates.certificate_id(given)
    user = call.locked_user()
    _require_new(call, certificate_id)
    if user.signing_certificates.count() >= quotas.SIGNING_CERTIFICATES_PER_USER:
        raise quotas.exceeded("CertificatesPerUser", quotas.SIGNING_CERTIFICATES_PER_USER)
    certificate = SigningCertificate.objects.create(
        account=call.account,
        user=user,
        certificate_id=certificate_id,
        body=params["CertificateBody"],
    )
    return {"Certificate": certificate.describe()}


def _require_new(call: Call, certificate_id: str) -> None:
    same = SigningCertificate.objects.filter(account=call.account, certificate_id=certificate_id)
    if same.exists():
        raise DuplicateCertificate(
            "The same certificate is already associated with an IAM user in the account."
        )


@operation("iam", "ListSigningCertificates", resource=resources.user)
def list_signing_certificates(
    call: Call, params: t.ListSigningCertificatesRequestTypeDef
) -> Result:
    held = call.user().signing_certificates.select_related("user").order_by("uploaded_at", "id")
    described = [certificate.describe() for certificate in held]
    return paging.page_of_few(call, described, member="Certificates")


@operation("iam", "UpdateSigningCertificate", resource=resources.user)
def update_signing_certificate(
    call: Call, params: t.UpdateSigningCertificateRequestTypeDef
) -> None:
    active = statuses.is_active(params["Status"], "a signing certificate")
    named = _named(call)
    if not named.exists():
        raise _no_such_certificate(params["CertificateId"])
    named.exclude(active=active).update(active=active, status_changed_at=timezone.now())


@operation("iam", "DeleteSigningCertificate", resource=resources.user)
def delete_signing_certificate(
    call: Call, params: t.DeleteSigningCertificateRequestTypeDef
) -> None:
    deleted, _ = _named(call).delete()
    if not deleted:
        raise _no_such_certificate(params["CertificateId"])


def _named(call: Call) -> QuerySet[SigningCertificate]:
    held = SigningCertificate.objects.filter(user=call.user())
    return held.filter(certificate_id=call.params["CertificateId"])


def _no_such_certificate(certificate_id: str) -> NoSuchEntity:
    return NoSuchEntity(f"The Certificate with id {certificate_id} cannot be found.")
