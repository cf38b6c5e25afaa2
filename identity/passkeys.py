"""Passkeys and security keys (Web Authentication, Level 3) as MFA devices.

A ceremony's challenge is kept in the browser's session for five minutes and one answer. What comes
back must be of this address: WebAuthn binds a key to the host that it was registered at.
"""

from __future__ import annotations

import json
import secrets
import string
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit

import webauthn
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, structs
from webauthn.helpers.cose import COSEAlgorithmIdentifier as Algorithm

from identity import arns, audit, authorization, mfa, passkey_answers, quotas, user_status
from identity.callers import Caller
from identity.calls import Call
from identity.errors import AwsError, EntityAlreadyExists
from identity.facts import Facts
from identity.models import FidoCredential, User, VirtualMfaDevice
from identity.passkey_answers import RefusedError as RefusedError
from identity.wire import spec

LIFETIME = timedelta(minutes=5)
LONGEST_ANSWER = 20_000
"""Characters that a browser may send; even a large attestation takes half of them."""

_IN_SESSION = "webauthn"
_CREATE, _GET = "create", "get"
_ALGORITHMS = [
    Algorithm.ECDSA_SHA_256,
    Algorithm.EDDSA,
    Algorithm.RSASSA_PKCS1_v1_5_SHA_256,
]
_SUFFIX = string.ascii_uppercase + string.digits


@dataclass(frozen=True, slots=True)
class Site:
    """The relying party: the host that keys are bound to, and the origin that pages come from."""

    host: str
    origin: str


def site_of(request: HttpRequest) -> Site | None:
    """The site at the address that this request came to, which Django has checked.

    None where that is a number: only a host's name can be a relying party (WebAuthn §5.1.3).
    """
    origin = f"{request.scheme}://{request.get_host()}"
    host = urlsplit(origin).hostname or ""
    try:
        ip_address(host)
    except ValueError:
        return Site(host, origin)
    return None


# --- registering ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that was just made, as its authenticator and browser describe it."""

    credential_id: str
    public_key: bytes
    sign_count: int
    model_id: str
    transports: list[str]
    backup_eligible: bool
    backed_up: bool
    host: str


def creation_options(session: SessionBase, user: User, site: Site) -> str:
    """PublicKeyCredentialCreationOptions as JSON; keys of this user are not registered again."""
    known = FidoCredential.objects.filter(device__user=user, host=site.host)
    options = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name="Bartizan",
        user_name=f"{user.name or 'root'}@{user.account.alias or user.account_id}",
        user_id=user.unique_id.encode(),
        challenge=_challenge(session, _CREATE, user),
        exclude_credentials=[_descriptor(one) for one in known],
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.PREFERRED,
            user_verification=structs.UserVerificationRequirement.PREFERRED,
        ),
        supported_pub_key_algs=_ALGORITHMS,
    )
    return webauthn.options_to_json(options)


def registered(session: SessionBase, user: User, site: Site, answer: str) -> NewKey:
    """The key that the browser made for the session's challenge. RefusedError."""
    challenge = _take(session, _CREATE, user)
    found = passkey_answers.checked(
        lambda: webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            supported_pub_key_algs=_ALGORITHMS,
        )
    )
    passkey_answers.refuse_frames(answer)
    return NewKey(
        credential_id=bytes_to_base64url(found.credential_id),
        public_key=found.credential_public_key,
        sign_count=found.sign_count,
        model_id=found.aaguid,
        transports=passkey_answers.transports(answer),
        backup_eligible=found.credential_device_type == structs.CredentialDeviceType.MULTI_DEVICE,
        backed_up=found.credential_backed_up,
        host=site.host,
    )


def add(caller: Caller, facts: Facts, key: NewKey, name: str) -> None:
    """Give the caller this key as an MFA device, decided and recorded as EnableMFADevice.

    AWS has no action of its own for it; policies tell it by `iam:RegisterSecurityKey`. Raises
    AccessDenied, LimitExceeded, EntityAlreadyExists.
    """
    serial = _serial_number(caller, name)
    who = caller.user.name or caller.account_id
    call = Call(caller, "iam", "EnableMFADevice", {"UserName": who, "SerialNumber": serial}, facts)
    try:
        authorization.require(call, caller.arn, keys={"iam:RegisterSecurityKey": "Activate"})
        with transaction.atomic():
            _enable(call, key, name, serial)
            audit.changed(call, spec.operation("iam", "EnableMFADevice"), {})
    except AwsError as problem:
        audit.refused(call, problem)
        raise


def _enable(call: Call, key: NewKey, name: str, serial: str) -> None:
    user = User.objects.locked().get(pk=call.caller.user.pk)
    mfa.require_for_own_devices(call.caller, user)
    if user.mfa_devices.count() >= quotas.MFA_DEVICES_PER_USER:
        raise quotas.exceeded("MFADevicesPerUser", quotas.MFA_DEVICES_PER_USER)
    if FidoCredential.objects.filter(credential_id=key.credential_id).exists():
        raise EntityAlreadyExists("This key is registered already.")
    device = VirtualMfaDevice.objects.create(
        account=call.account,
        user=user,
        name=name,
        serial_number=serial,
        sealed_seed=mfa.seal(mfa.new_seed(), serial),  # no code of it is ever accepted
        enabled_at=call.facts.at,
    )
    FidoCredential.objects.create(
        device=device,
        credential_id=key.credential_id,
        public_key=key.public_key,
        sign_count=key.sign_count,
        model_id=key.model_id,
        transports=key.transports,
        backup_eligible=key.backup_eligible,
        backed_up=key.backed_up,
        host=key.host,
    )
    quotas.take(call.account, "mfa_device_count", "MFADevicesPerAccount")
    call.account.count(mfa_device_in_use_count=1)
    user_status.refresh(user.pk)


def _serial_number(caller: Caller, name: str) -> str:
    """As AWS writes them: `…:u2f/user/li/NAME-SUFFIX`, of root `…:u2f/root-account/NAME-SUFFIX`."""
    suffix = "".join(secrets.choice(_SUFFIX) for _ in range(26))
    whose = "root-account" if caller.is_root else f"user/{caller.user.name}"
    return arns.iam(caller.account_id, "u2f", f"{whose}/{name}-{suffix}")


# --- signing in ----------------------------------------------------------------------------------


def request_options(session: SessionBase, user: User, site: Site) -> str:
    """PublicKeyCredentialRequestOptions as JSON: any key of the user that is of this address."""
    known = FidoCredential.objects.filter(device__user=user, host=site.host)
    options = webauthn.generate_authentication_options(
        rp_id=site.host,
        challenge=_challenge(session, _GET, user),
        allow_credentials=[_descriptor(one) for one in known],
        user_verification=structs.UserVerificationRequirement.PREFERRED,
    )
    return webauthn.options_to_json(options)


def hosts_of(user: User) -> list[str]:
    """At which addresses the user's keys were registered."""
    hosts = FidoCredential.objects.filter(device__user=user).values_list("host", flat=True)
    return sorted(set(hosts))


def accept(
    session: SessionBase, user: User, site: Site, answer: str, at: datetime
) -> VirtualMfaDevice:
    """The user's device that signed the session's challenge. RefusedError.

    A signature counter that does not rise is refused: the key may have been copied (§6.1.1).
    """
    challenge = _take(session, _GET, user)
    credential_id = passkey_answers.checked(lambda: str(json.loads(answer)["id"]))
    keys = FidoCredential.objects.select_related("device").filter(device__user=user)
    known = keys.filter(credential_id=credential_id, host=site.host).first()
    if known is None or passkey_answers.handle(answer) not in (None, user.unique_id):
        raise RefusedError
    found = passkey_answers.checked(
        lambda: webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=bytes(known.public_key),
            credential_current_sign_count=known.sign_count,
        )
    )
    passkey_answers.refuse_frames(answer)
    if not known.used(found.new_sign_count, found.credential_backed_up):
        raise RefusedError
    VirtualMfaDevice.objects.filter(pk=known.pk).update(last_used_at=at)
    return known.device


# --- both ----------------------------------------------------------------------------------------


def _challenge(session: SessionBase, ceremony: str, user: User) -> bytes:
    challenge = secrets.token_bytes(32)
    session[_IN_SESSION] = {
        "challenge": bytes_to_base64url(challenge),
        "ceremony": ceremony,
        "user": user.pk,
        "until": (timezone.now() + LIFETIME).isoformat(),
    }
    return challenge


def _take(session: SessionBase, ceremony: str, user: User) -> bytes:
    """The session's challenge, which is used up."""
    kept = session.pop(_IN_SESSION, None)
    if kept is None or (kept["ceremony"], kept["user"]) != (ceremony, user.pk):
        raise RefusedError
    if timezone.now() >= datetime.fromisoformat(kept["until"]):
        raise RefusedError
    return base64url_to_bytes(kept["challenge"])


def _descriptor(known: FidoCredential) -> structs.PublicKeyCredentialDescriptor:
    return structs.PublicKeyCredentialDescriptor(
        id=base64url_to_bytes(known.credential_id),
        transports=[structs.AuthenticatorTransport(one) for one in known.transports],
    )
