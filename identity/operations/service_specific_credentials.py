"""Credentials for one service: a user name with a password, or an API key; two each a user.

Bartizan runs none of these services. It keeps the credentials, and who may make them, as IAM does.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from identity import identifiers, quotas
from identity.calls import Call
from identity.errors import NoSuchEntity, NotSupportedService, ValidationError
from identity.models import ServiceSpecificCredential, User
from identity.operations import keys, paging, resources, statuses
from identity.operations.registry import operation

if TYPE_CHECKING:
    from mypy_boto3_iam import type_defs as t

    from identity.operations.registry import Result

# The services that know such credentials; those of API keys with the first letters of their keys.
_PASSWORDS = frozenset({"cassandra.amazonaws.com", "codecommit.amazonaws.com"})
_API_KEYS = {"bedrock.amazonaws.com": "ABSK", "logs.amazonaws.com": "ACWL"}


@operation(
    "iam",
    "CreateServiceSpecificCredential",
    resource=resources.user,
    keys=keys.requested_service_credential,
)
def create_service_specific_credential(
    call: Call, params: t.CreateServiceSpecificCredentialRequestTypeDef
) -> Result:
    service, days = _service(params["ServiceName"]), params.get("CredentialAgeDays")
    if days is not None and service not in _API_KEYS:
        raise ValidationError(f"CredentialAgeDays is for long-term API keys, not for {service}.")
    user = call.locked_user()
    _require_room(user, service)
    login = _free_login(user, service)
    secret = _secret(service, login)
    credential = ServiceSpecificCredential.objects.create(
        id=identifiers.unique_id("ACCA"),
        user=user,
        service=service,
        login=login,
        is_api_key=service in _API_KEYS,
        secret_hash=_hash(secret),
        created_at=call.facts.at,
        expires_at=None if days is None else call.facts.at + timedelta(days=days),
    )
    return {"ServiceSpecificCredential": _shown_once(call, credential, secret)}


def _service(name: str) -> str:
    service = name.lower()
    if service not in _PASSWORDS | _API_KEYS.keys():
        raise NotSupportedService(
            f"No such service {name} is supported for Service Specific Credentials"
        )
    return service


def _require_room(user: User, service: str) -> None:
    limit = quotas.SERVICE_SPECIFIC_CREDENTIALS_PER_USER
    if user.service_specific_credentials.filter(service=service).count() >= limit:
        raise quotas.exceeded("ServiceSpecificCredentialsPerUser", limit)


def _free_login(user: User, service: str) -> str:
    """`li-at-123456789012`, then `li+1-at-…`; there may be a user `li+1`, who took that one."""
    at_service = ServiceSpecificCredential.objects.filter(service=service)
    number = 0
    while True:
        suffix = f"+{number}" if number else ""
        login = f"{user.name}{suffix}-at-{user.account_id}"
        if not at_service.filter(login=login).exists():
            return login
        number += 1


def _secret(service: str, login: str) -> str:
    """256 random bits; in an API key after the public part, and in Base64 once more."""
    password = base64.b64encode(secrets.token_bytes(32)).decode()
    if service not in _API_KEYS:
        return password
    return _API_KEYS[service] + base64.b64encode(f"{login}:{password}".encode()).decode()


def _hash(secret: str) -> str:
    """One round is enough: there is nothing to guess in 256 random bits."""
    return hashlib.sha256(secret.encode()).hexdigest()


@operation("iam", "ListServiceSpecificCredentials", resource=resources.user_or_all_users)
def list_service_specific_credentials(
    call: Call, params: t.ListServiceSpecificCredentialsRequestTypeDef
) -> Result:
    if params.get("AllUsers") and "UserName" in params:
        raise ValidationError("AllUsers cannot be specified together with UserName.")
    if params.get("AllUsers"):
        held = ServiceSpecificCredential.objects.filter(user__account=call.account)
    else:
        held = ServiceSpecificCredential.objects.filter(user=call.iam_user())
    if "ServiceName" in params:
        held = held.filter(service=_service(params["ServiceName"]))
    return paging.page(
        call,
        held.select_related("user"),
        key="id",
        member="ServiceSpecificCredentials",
        describe=lambda credential: credential.describe(call.facts.at),
    )


@operation(
    "iam",
    "UpdateServiceSpecificCredential",
    resource=resources.user,
    keys=keys.service_of_credential,
)
def update_service_specific_credential(
    call: Call, params: t.UpdateServiceSpecificCredentialRequestTypeDef
) -> None:
    active = statuses.is_active(params["Status"], "a service-specific credential")
    credential = _locked(call)
    credential.active = active
    credential.save(update_fields=["active"])


@operation(
    "iam",
    "ResetServiceSpecificCredential",
    resource=resources.user,
    keys=keys.service_of_credential,
)
def reset_service_specific_credential(
    call: Call, params: t.ResetServiceSpecificCredentialRequestTypeDef
) -> Result:
    """The former password is worth nothing from now on."""
    credential = _locked(call)
    secret = _secret(credential.service, credential.login)
    credential.secret_hash = _hash(secret)
    credential.save(update_fields=["secret_hash"])
    return {"ServiceSpecificCredential": _shown_once(call, credential, secret)}


@operation(
    "iam",
    "DeleteServiceSpecificCredential",
    resource=resources.user,
    keys=keys.service_of_credential,
)
def delete_service_specific_credential(
    call: Call, params: t.DeleteServiceSpecificCredentialRequestTypeDef
) -> None:
    _locked(call).delete()


def _locked(call: Call) -> ServiceSpecificCredential:
    """The named user's credential with this ID, locked; NoSuchEntity when there is none."""
    credential_id = call.params["ServiceSpecificCredentialId"]
    held = ServiceSpecificCredential.objects.select_for_update(of=("self",)).select_related("user")
    credential = held.filter(user=call.iam_user(), pk=credential_id).first()
    if credential is None:
        raise NoSuchEntity(f"No such credential {credential_id} exists")
    return credential


def _shown_once(
    call: Call, credential: ServiceSpecificCredential, secret: str
) -> dict[str, object]:
    member = "ServiceCredentialSecret" if credential.is_api_key else "ServicePassword"
    return {**credential.describe(call.facts.at), member: secret}
