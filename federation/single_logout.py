"""Single logout: what ends here is told to the identity provider, and what ends there ends here.

A session here is always over first; whatever the provider answers, nobody stays signed in.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac

from federation import acs, attempts, redeeming, service_provider
from federation.checks import Log, Reason, Refused
from federation.models import FederatedAttempt, SamlProvider, SamlSession, SeenAssertion
from federation.outgoing import Outgoing
from federation.saml import bindings, logout, metadata, xmlsafe
from federation.saml.assertion import Expected, NameId
from federation.saml.bindings import Arrived
from federation.saml.logout import Asked, Head
from federation.saml.metadata import Endpoint, IdentityProvider, MetadataError
from federation.saml.signature import SAML
from federation.saml.xmlsafe import XmlError
from identity.facts import Facts
from identity.models import TemporarySession

SURFACE = "logout"

_REMEMBERED = timedelta(hours=1)


class NotForUsError(Exception):
    """No message of a provider that is known here; nothing was ended."""


# --- which sessions ------------------------------------------------------------------------------


def remember(kept: Mapping[str, Any], provider_id: int, credentials: TemporarySession) -> None:
    """A console session came by SAML: `kept` is what it knows of its provider."""
    SamlSession.objects.create(
        credentials=credentials,
        provider_id=provider_id,
        subject=_subject(kept["issuer"], _name_of(kept)),
        session_index=_hashed(kept["session_index"]),
    )


def _name_of(kept: Mapping[str, Any]) -> NameId:
    return NameId(*kept["name_id"])


def _subject(issuer: str, name: NameId) -> str:
    """Qualifiers may be left out when they are the two sides' own names, so they do not count."""
    return _hashed(json.dumps([issuer, name.value, name.format]))


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


# --- from here -----------------------------------------------------------------------------------


def offered_to(kept: Mapping[str, Any] | None) -> str:
    """The name of the provider that could sign the person out, too; "" if none could."""
    found = _of(kept)
    return found[0].name if found else ""


def begin(kept: Mapping[str, Any] | None, facts: Facts) -> Outgoing | None:
    """Our request that the provider sign the person out; call it while the session is known."""
    found = _of(kept)
    if found is None or kept is None:
        return None
    provider, endpoint = found
    head = _head(_request_id(provider), endpoint.location, facts)
    message = logout.request(head, _name_of(kept), kept["session_index"])
    return _outgoing(provider, endpoint.binding, endpoint.location, "SAMLRequest", message)


def _of(kept: Mapping[str, Any] | None) -> tuple[SamlProvider, Endpoint] | None:
    """The provider of a session and where it takes logouts; None where nothing can be sent."""
    provider = acs.provider_named(kept["provider"]) if kept else None
    entity = _entity(provider, kept["issuer"]) if provider and kept else None
    endpoint = _endpoint(entity) if entity else None
    if provider is None or endpoint is None or service_provider.signing_key() is None:
        return None
    return provider, endpoint


def _entity(provider: SamlProvider, issuer: str) -> IdentityProvider | None:
    try:
        return metadata.read(provider.metadata).named(issuer)
    except MetadataError:
        return None


def _endpoint(entity: IdentityProvider) -> Endpoint | None:
    """By redirect if that is offered: it needs no page in between."""
    known = {one.binding: one for one in reversed(entity.sign_out)}
    return known.get(bindings.REDIRECT) or known.get(bindings.POST)


def _head(identifier: str, destination: str, facts: Facts) -> Head:
    return Head(identifier, facts.at, destination, service_provider.entity_id())


def _outgoing(
    provider: SamlProvider, binding: str, address: str, name: str, message: bytes, relay: str = ""
) -> Outgoing:
    signing = service_provider.signing_key()
    assert signing is not None  # as `_of` and `receive` ask first
    if binding == bindings.REDIRECT:
        url = bindings.redirect_url(address, name, message, signing[0], relay)
        return Outgoing(provider.name, url, {})
    fields = {name: bindings.posted(message, *signing)}
    return Outgoing(provider.name, address, fields | ({"RelayState": relay} if relay else {}))


def _request_id(provider: SamlProvider) -> str:
    """An ID that tells whom we asked when it is answered, and that we did: no row is needed."""
    start = f"_{provider.uuid}.{secrets.token_hex(16)}"
    return f"{start}.{_mark(start)}"


def _mark(start: str) -> str:
    return salted_hmac("saml logout", start, algorithm="sha256").hexdigest()[:32]


def _asked(identifier: str) -> SamlProvider | None:
    """Whom we asked with this ID; None if it is none of ours."""
    start, _dot, mark = identifier.rpartition(".")
    if not constant_time_compare(mark, _mark(start)):
        return None
    return SamlProvider.objects.filter(uuid=start[1:].partition(".")[0]).first()


# --- from there ----------------------------------------------------------------------------------


def answered(arrived: Arrived, here: str, facts: Facts) -> tuple[str, bool]:
    """A provider answers our request: its name, and whether the person is signed out there, too.

    Raises NotForUsError for what is no answer of its own to a request of ours.
    """
    provider = _asked(arrived.root.get("InResponseTo", ""))
    if provider is None:
        raise NotForUsError
    log = Log()
    try:
        expected = _expected(provider, arrived, here, facts, log)
        request_id, signed_out = logout.read_response(arrived, expected, log)
    except (Refused, XmlError) as problem:
        raise NotForUsError from problem
    if _asked(request_id) != provider:
        raise NotForUsError
    return provider.name, signed_out


def receive(arrived: Arrived, here: str, uuid: str, facts: Facts) -> Outgoing | None:
    """End the sessions that a provider wants ended; returns our answer to it.

    None where it takes no answer. Raises NotForUsError; a provider's sign-in log then says why.
    """
    proven = [
        found
        for provider in _candidates(arrived, uuid)
        if (found := _proven(provider, arrived, here, facts))
    ]
    if not proven:
        raise NotForUsError
    for provider, asked, log in proven:
        _end(provider, arrived, asked, log, facts)
    provider, asked, _log = proven[0]
    return _answer(provider, arrived, asked, facts)


def _candidates(arrived: Arrived, uuid: str) -> list[SamlProvider]:
    """The provider that the address is of; at the address of all, those of whom it names.

    Where that person is not signed in, those that may say so: they are to be answered all the same.
    """
    if uuid:
        return list(SamlProvider.objects.filter(uuid=uuid))
    try:
        found = arrived.root.find(f"{SAML}NameID")
        issuer = logout.issuer_of(arrived)
        value = xmlsafe.text_of(found) if found is not None else ""
    except XmlError:
        return []
    form = found.get("Format", logout.UNSPECIFIED) if found is not None else ""
    rows = SamlSession.objects.filter(subject=_subject(issuer, NameId(value, form)))
    keys = list(rows.values_list("provider_id", flat=True).distinct()[: acs.MOST_PROVIDERS])
    if keys:
        return list(SamlProvider.objects.filter(pk__in=keys))
    return list(SamlProvider.objects.signing_as(issuer)[: acs.MOST_PROVIDERS])


def _expected(
    provider: SamlProvider, arrived: Arrived, here: str, facts: Facts, log: Log
) -> Expected:
    issuer = logout.issuer_of(arrived)
    sealed = arrived.root.find(f"{SAML}EncryptedID") is not None
    return redeeming.expected(provider, issuer, facts, log, strict=True, at=here, sealed=sealed)


def _proven(
    provider: SamlProvider, arrived: Arrived, here: str, facts: Facts
) -> tuple[SamlProvider, Asked, Log] | None:
    log = Log()
    try:
        expected = _expected(provider, arrived, here, facts, log)
        asked = logout.read_request(arrived, expected, expected.private_keys, log)
        _claim(provider, asked, facts, log)
    except XmlError as problem:
        _refused(provider, arrived, log, facts, Reason.XML.name, str(problem))
    except Refused as problem:
        _refused(provider, arrived, log, facts, problem.reason.name)
    else:
        return provider, asked, log
    return None


def _claim(provider: SamlProvider, asked: Asked, facts: Facts, log: Log) -> None:
    """Once: who repeats a request ends nothing."""
    digest = _hashed("\n".join([str(provider.pk), asked.id, SURFACE]))
    if not SeenAssertion.objects.claim(digest, facts.at + _REMEMBERED):
        log.refuse(Reason.REPLAY, "Used for the first time", "a new request", asked.id[:200])
    log.ok("Used for the first time", "a new request", asked.id)


def _refused(
    provider: SamlProvider, arrived: Arrived, log: Log, facts: Facts, reason: str, told: str = ""
) -> None:
    _keep(provider, arrived, log, facts, FederatedAttempt.REFUSED, refusal=reason, answer=told)


def _keep(
    provider: SamlProvider, arrived: Arrived, log: Log, facts: Facts, outcome: str, **columns: Any
) -> None:
    document = arrived.text
    kept = {"outcome": outcome, **columns}
    attempts.keep(provider, FederatedAttempt.SAML, SURFACE, facts, log.checks, document, **kept)


def _end(provider: SamlProvider, arrived: Arrived, asked: Asked, log: Log, facts: Facts) -> None:
    """End the sessions of the name, or of it only those with the indexes.

    Their credentials go: a cookie that is still in a browser opens nothing any more.
    """
    subject = _subject(logout.issuer_of(arrived), asked.name)
    rows = SamlSession.objects.filter(provider=provider, subject=subject)
    if asked.indexes:
        rows = rows.filter(session_index__in=[_hashed(one) for one in asked.indexes])
    with transaction.atomic():
        keys = list(rows.values_list("pk", flat=True))
        TemporarySession.objects.filter(pk__in=keys).delete()
        log.ok("Sessions of this person", "to be ended", str(len(keys)))
        outcome = FederatedAttempt.ACCEPTED
        _keep(provider, arrived, log, facts, outcome, subject=asked.name.value)


def _answer(
    provider: SamlProvider, arrived: Arrived, asked: Asked, facts: Facts
) -> Outgoing | None:
    """Success, whether or not there were sessions: none that the request names is left."""
    entity = _entity(provider, logout.issuer_of(arrived))
    endpoint = _endpoint(entity) if entity else None
    if endpoint is None or service_provider.signing_key() is None:
        return None
    address = endpoint.response_location or endpoint.location
    head = _head(f"_{secrets.token_hex(20)}", address, facts)
    message = logout.response(head, asked.id)
    return _outgoing(
        provider, endpoint.binding, address, "SAMLResponse", message, arrived.relay[:80]
    )
