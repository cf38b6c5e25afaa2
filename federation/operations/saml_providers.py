"""SAML providers: identity providers that an account knows by their metadata document."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from federation import private_keys
from federation.errors import UnreadableMetadata
from federation.models import ALLOWED, REQUIRED, SamlProvider
from federation.operations import resources
from federation.saml import metadata
from identity import authorization, quotas
from identity.calls import Call
from identity.errors import (
    EntityAlreadyExists,
    InvalidInput,
    LimitExceeded,
    NoSuchEntity,
    ValidationError,
)
from identity.operations import row_tags, tags
from identity.operations.registry import operation

if TYPE_CHECKING:
    from mypy_boto3_iam import type_defs as t

    from identity.operations.registry import Result


@dataclass(frozen=True, slots=True)
class _Read:
    """Until when metadata hold, and the last of their certificates; under which names they sign."""

    valid_until: datetime
    certified_until: datetime | None
    entity_ids: tuple[str, ...]


def _checked(call: Call) -> _Read:
    """Read what was sent before there is a lock to hold."""
    document, pem = call.params.get("SAMLMetadataDocument"), call.params.get("AddPrivateKey")
    if pem is not None:
        private_keys.check(pem)
    found = read(document, call.facts.at) if document is not None else None
    ends = found.valid_until if found else None
    return _Read(
        ends or _in_a_hundred_years(call.facts.at),
        found.certified_until if found else None,
        tuple(one.entity_id for one in found.providers) if found else (),
    )


def _in_a_hundred_years(at: datetime) -> datetime:
    leap_day = (at.month, at.day) == (2, 29)
    return at.replace(year=at.year + 100, day=28 if leap_day else at.day)


def read(document: str, at: datetime) -> metadata.Metadata:
    """What a document tells. Raises UnreadableMetadata, also when its end is past."""
    try:
        found = metadata.read(document)
    except metadata.MetadataError as problem:
        raise UnreadableMetadata(str(problem)) from problem
    if found.valid_until and found.valid_until <= at:
        raise UnreadableMetadata(f"it was valid until {found.valid_until:%Y-%m-%dT%H:%M:%SZ}")
    return found


def _prepared(call: Call) -> _Read:
    """As `_checked`; tags at creation are a second permission."""
    if call.params.get("Tags"):
        resource = resources.new_saml_provider(call)
        authorization.require(call, resource, "iam:TagSAMLProvider")
    return _checked(call)


@operation("iam", "CreateSAMLProvider", resource=resources.new_saml_provider, prepare=_prepared)
def create_saml_provider(call: Call, params: t.CreateSAMLProviderRequestTypeDef) -> Result:
    name, given = params["Name"], list(params.get("Tags", []))
    tags.check(given, ignoring_case=False)
    if SamlProvider.objects.filter(account=call.account, name=name).exists():
        raise EntityAlreadyExists(f"Provider with name {name} already exists.")
    provider = SamlProvider.objects.create(
        account=call.account,
        name=name,
        metadata=params["SAMLMetadataDocument"],
        valid_until=call.prepared.valid_until,
        certified_until=call.prepared.certified_until,
        encryption=params.get("AssertionEncryptionMode", ALLOWED),
        tags=given,
    )
    provider.signs_as(call.prepared.entity_ids)
    if "AddPrivateKey" in params:
        private_keys.add(provider, params["AddPrivateKey"])
    _require_key(provider)
    quotas.require_room(
        call.account,
        SamlProvider.objects.filter(account=call.account),
        "SAMLProvidersPerAccount",
    )
    shown = {"SAMLProviderArn": provider.arn}
    return {**shown, "Tags": given} if given else shown


@operation("iam", "GetSAMLProvider", resource=resources.saml_provider)
def get_saml_provider(call: Call, params: t.GetSAMLProviderRequestTypeDef) -> Result:
    """All but the private keys themselves: they leave the vault to decrypt, and only then."""
    provider = resources.saml_of(call)
    return {
        "SAMLProviderUUID": provider.uuid,
        "SAMLMetadataDocument": provider.metadata,
        "CreateDate": provider.created_at,
        "ValidUntil": provider.valid_until,
        "Tags": row_tags.in_order(provider),
        "AssertionEncryptionMode": provider.encryption,
        "PrivateKeyList": [key.describe() for key in provider.private_keys.order_by("pk")],
    }


@operation("iam", "ListSAMLProviders")
def list_saml_providers(call: Call, params: dict[str, Any]) -> Result:
    """All at once: the quota keeps them few. Documents stay in the database."""
    providers = SamlProvider.objects.filter(account=call.account).defer("metadata")
    return {
        "SAMLProviderList": [
            {
                "Arn": provider.arn,
                "ValidUntil": provider.valid_until,
                "CreateDate": provider.created_at,
            }
            for provider in providers.order_by("name")
        ]
    }


def _checked_update(call: Call) -> _Read:
    if call.params.keys() == {"SAMLProviderArn"}:
        raise ValidationError(
            "Unable to update identity provider. "
            "No updates are defined for metadata or encryption assertion."
        )
    if {"AddPrivateKey", "RemovePrivateKey"} <= call.params.keys():
        raise ValidationError("A private key cannot be added and removed in the same request.")
    return _checked(call)


@operation("iam", "UpdateSAMLProvider", resource=resources.saml_provider, prepare=_checked_update)
def update_saml_provider(call: Call, params: t.UpdateSAMLProviderRequestTypeDef) -> Result:
    """Change what is given; the date of creation and the UUID stay."""
    provider = resources.saml_of(call, locked=True)
    if "SAMLMetadataDocument" in params:
        provider.metadata = params["SAMLMetadataDocument"]
        provider.valid_until = call.prepared.valid_until
        provider.certified_until = call.prepared.certified_until
        provider.signs_as(call.prepared.entity_ids)
    provider.encryption = params.get("AssertionEncryptionMode", provider.encryption)
    provider.save(update_fields=["metadata", "valid_until", "certified_until", "encryption"])
    if "AddPrivateKey" in params:
        _add_key(provider, params["AddPrivateKey"])
    if "RemovePrivateKey" in params:
        _remove_key(provider, params["RemovePrivateKey"])
    _require_key(provider)
    return {"SAMLProviderArn": provider.arn}


@operation("iam", "DeleteSAMLProvider", resource=resources.saml_provider)
def delete_saml_provider(call: Call, params: t.DeleteSAMLProviderRequestTypeDef) -> None:
    """The provider goes with its keys; roles that trust it keep their trust in its ARN."""
    resources.saml_of(call, locked=True).delete()


def _add_key(provider: SamlProvider, pem: str) -> None:
    limit = quotas.PRIVATE_KEYS_PER_SAML_PROVIDER
    if provider.private_keys.count() >= limit:
        raise LimitExceeded(f"Private key limit of {limit} is reached.")
    private_keys.add(provider, pem)


def _remove_key(provider: SamlProvider, key_id: str) -> None:
    removed, _ = provider.private_keys.filter(key_id=key_id).delete()
    if not removed:
        raise NoSuchEntity(f"The private key with id {key_id} cannot be found.")
    if provider.encryption == REQUIRED and not provider.private_keys.exists():
        raise InvalidInput("Failed to remove private key.")


def _require_key(provider: SamlProvider) -> None:
    """Nothing that is encrypted could be read without one."""
    if provider.encryption == REQUIRED and not provider.private_keys.exists():
        raise InvalidInput(
            "Failed to set assertion encryption mode to Required because no private key is present."
        )
