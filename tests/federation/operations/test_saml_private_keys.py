"""Keys that open encrypted assertions: two at most, sealed, and never seen again."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from federation import private_keys
from federation.models import SamlPrivateKey
from identity import vault
from identity.models import User
from tests.events import logged
from tests.federation.documents import metadata, pem
from tests.refusals import refused

NO_KEY = "Failed to set assertion encryption mode to Required because no private key is present."


@pytest.fixture
def client(iam: Any, ana: User) -> Any:
    return iam(ana)


def make(client: Any, **more: Any) -> str:
    made = client.create_saml_provider(Name="Corp", SAMLMetadataDocument=metadata(), **more)
    return str(made["SAMLProviderArn"])


def listed(client: Any, arn: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get_saml_provider(SAMLProviderArn=arn)["PrivateKeyList"]
    return found


def test_a_key_is_sealed_and_only_its_id_is_shown(client: Any) -> None:
    arn = make(client, AddPrivateKey=pem("ec"), AssertionEncryptionMode="Required")
    shown = client.get_saml_provider(SAMLProviderArn=arn)
    assert shown["AssertionEncryptionMode"] == "Required"
    (key,) = shown["PrivateKeyList"]
    assert {*key} == {"KeyId", "Timestamp"}
    assert key["KeyId"].startswith("SAMLPK")
    assert len(key["KeyId"]) >= 22
    row = SamlPrivateKey.objects.get()
    assert b"PRIVATE" not in bytes(row.sealed_key)
    assert private_keys.pem_of(row).decode() == pem("ec")


def test_a_key_sealed_for_one_row_does_not_open_in_another(client: Any) -> None:
    make(client, AddPrivateKey=pem("ec"))
    row = SamlPrivateKey.objects.get()
    row.key_id = "SAMLPKANOTHER"
    with pytest.raises(vault.CannotOpenError):
        private_keys.pem_of(row)


@pytest.mark.parametrize(
    ("kind", "form"),
    [
        ("rsa", "PKCS8"),
        ("rsa", "TraditionalOpenSSL"),
        ("rsa1024", "PKCS8"),
        ("ec", "PKCS8"),
        ("ec", "TraditionalOpenSSL"),
    ],
)
def test_keys_are_taken_in_every_usual_form(client: Any, kind: str, form: str) -> None:
    make(client, AddPrivateKey=pem(kind, form=form))


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("x", "not an unencrypted private key in PEM"),
        (pem("ec")[:-40], "not an unencrypted private key in PEM"),
        (pem("ec").replace("PRIVATE", "PUBLIC"), "not an unencrypted private key in PEM"),
        (pem("ec", password=b"secret"), "not an unencrypted private key in PEM"),
        (pem("ed25519"), "neither RSA nor EC"),
        ("x" * 3601, "longer than an RSA key of 4096 bits"),
    ],
    ids=["no key", "cut", "public", "with a password", "Ed25519", "too long"],
)
def test_what_is_no_usable_key_is_refused(client: Any, key: str, reason: str) -> None:
    with pytest.raises(client.exceptions.InvalidInputException, match=reason):
        make(client, AddPrivateKey=key)
    assert not SamlPrivateKey.objects.exists()


def test_a_provider_has_two_keys_of_which_the_old_one_is_removed(client: Any) -> None:
    arn = make(client, AddPrivateKey=pem("ec"))
    client.update_saml_provider(SAMLProviderArn=arn, AddPrivateKey=pem("ec"))
    old, new = listed(client, arn)
    with refused("LimitExceeded", "Private key limit of 2 is reached.", 409):
        client.update_saml_provider(SAMLProviderArn=arn, AddPrivateKey=pem("ec"))
    client.update_saml_provider(SAMLProviderArn=arn, RemovePrivateKey=old["KeyId"])
    assert listed(client, arn) == [new]
    with refused("NoSuchEntity", status=404):
        client.update_saml_provider(SAMLProviderArn=arn, RemovePrivateKey=old["KeyId"])


def test_adding_and_removing_at_once_is_refused(client: Any) -> None:
    arn = make(client, AddPrivateKey=pem("ec"))
    (key,) = listed(client, arn)
    with refused("ValidationError", status=400):
        client.update_saml_provider(
            SAMLProviderArn=arn, AddPrivateKey=pem("ec"), RemovePrivateKey=key["KeyId"]
        )
    assert listed(client, arn) == [key]


def test_required_encryption_needs_a_key(client: Any) -> None:
    with refused("InvalidInput", NO_KEY, 400):
        make(client, AssertionEncryptionMode="Required")
    arn = make(client)
    with refused("InvalidInput", NO_KEY, 400):
        client.update_saml_provider(SAMLProviderArn=arn, AssertionEncryptionMode="Required")
    client.update_saml_provider(
        SAMLProviderArn=arn, AssertionEncryptionMode="Required", AddPrivateKey=pem("ec")
    )
    (key,) = listed(client, arn)
    with refused("InvalidInput", "Failed to remove private key.", 400):
        client.update_saml_provider(SAMLProviderArn=arn, RemovePrivateKey=key["KeyId"])
    assert listed(client, arn) == [key]
    client.update_saml_provider(
        SAMLProviderArn=arn, AssertionEncryptionMode="Allowed", RemovePrivateKey=key["KeyId"]
    )
    assert listed(client, arn) == []


def test_a_key_of_another_provider_is_not_removed(client: Any) -> None:
    arn = make(client, AddPrivateKey=pem("ec"))
    (key,) = listed(client, arn)
    other = client.create_saml_provider(Name="Other", SAMLMetadataDocument=metadata())
    with refused("NoSuchEntity", status=404):
        client.update_saml_provider(
            SAMLProviderArn=other["SAMLProviderArn"], RemovePrivateKey=key["KeyId"]
        )
    assert listed(client, arn) == [key]


def test_no_event_holds_a_private_key(client: Any, own_journal: Any) -> None:
    key = pem("ec")
    arn = make(client, AddPrivateKey=key)
    client.update_saml_provider(SAMLProviderArn=arn, AddPrivateKey=key)
    with refused("LimitExceeded"):
        client.update_saml_provider(SAMLProviderArn=arn, AddPrivateKey=key)
    with refused("InvalidInput"):
        client.update_saml_provider(SAMLProviderArn=arn, AddPrivateKey=key[:-40])
    own_journal.drain()
    events = list(logged().filter(name__endswith="SAMLProvider"))
    assert len(events) == 4
    kept = json.dumps(
        [[e.request_parameters, e.response_elements, e.error_message] for e in events]
    )
    assert "HIDDEN_DUE_TO_SECURITY_REASONS" in kept
    assert key.splitlines()[1] not in kept


@pytest.fixture
def own_vault(settings: Any, tmp_path: Path) -> None:
    settings.VAULT_KEYS, settings.VAULT_FILE = "", tmp_path / "vault.key"


def test_a_new_key_of_the_vault_seals_private_keys_too(own_vault: None, client: Any) -> None:
    make(client, AddPrivateKey=pem("ec"))
    call_command("rotate_vault_key", stdout=StringIO())
    row = SamlPrivateKey.objects.get()
    assert vault.number_of(bytes(row.sealed_key)) == vault.numbers()[0] == 2
    assert private_keys.pem_of(row).decode() == pem("ec")
