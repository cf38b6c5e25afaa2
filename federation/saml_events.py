"""CloudTrail's events of who comes by SAML: never the response itself, always who and as what."""

from __future__ import annotations

from typing import Any

from federation.minting import Minted, Wanted
from federation.models import OidcProvider, SamlProvider
from federation.redeeming import Proven
from identity import audit
from identity.authentication import acting_as
from identity.callers import Caller
from identity.errors import AwsError
from identity.facts import Facts
from identity.models import Event
from identity.wire import spec

ACTION = "AssumeRoleWithSAML"
_PROVIDER = {SamlProvider: "SamlProviderArn", OidcProvider: "OidcProviderArn"}


def identity_of(proven: Proven) -> dict[str, Any]:
    """`userIdentity` of type SAMLUser."""
    qualifier, subject = str(proven.keys["saml:namequalifier"]), proven.assertion.subject.value
    return {
        "type": "SAMLUser",
        "principalId": f"{qualifier}:{subject}",
        "userName": subject,
        "identityProvider": qualifier,
    }


def assumed(
    proven: Proven, role_arn: str, wanted: Wanted, facts: Facts, result: dict[str, Any]
) -> Event:
    """AssumeRoleWithSAML that succeeded, for the role's account; not yet kept."""
    event = _assumption(proven, facts)
    event.request_parameters = {
        "sAMLAssertionID": proven.assertion.id,
        "roleArn": role_arn,
        "principalArn": proven.provider.arn,
        "roleSessionName": wanted.name,
    }
    if wanted.tags:
        event.request_parameters["principalTags"] = dict(wanted.tags)
        event.request_parameters["transitiveTagKeys"] = list(wanted.transitive_keys)
    if wanted.source_identity:
        event.request_parameters["sourceIdentity"] = wanted.source_identity
    if wanted.asked_seconds is not None:
        event.request_parameters["durationSeconds"] = wanted.asked_seconds
    event.response_elements = spec.redact(spec.operation("sts", ACTION).output_shape, result)
    return event


def refused(proven: Proven, role_arn: str, facts: Facts, problem: AwsError) -> Event:
    """AssumeRoleWithSAML that was refused to who was proven, for the provider's account."""
    event = _assumption(proven, facts)
    event.request_parameters = {"roleArn": role_arn[:2048], "principalArn": proven.provider.arn}
    event.error_code, event.error_message = problem.code, problem.message
    return event


def signed_in(
    minted: Minted, provider: SamlProvider | OidcProvider, facts: Facts, after: str
) -> Event:
    """ConsoleLogin of the role's session; not yet kept."""
    caller = acting_as(minted.row)
    more = {
        "LoginTo": after,
        "MobileVersion": "No",
        "MFAUsed": "No",
        _PROVIDER[type(provider)]: provider.arn,
    }
    event = audit.signin_event(
        caller.account,
        facts,
        "ConsoleLogin",
        identity=audit.identity_of(caller),
        response={"ConsoleLogin": "Success"},
        more=more,
    )
    _name(event, caller)
    return event


def _name(event: Event, caller: Caller) -> None:
    event.access_key_id, event.user_name = caller.access_key_id, caller.session_name


def _assumption(proven: Proven, facts: Facts) -> Event:
    identity = identity_of(proven)
    return Event(
        account_id=proven.provider.account_id,
        time=facts.at,
        source="sts.amazonaws.com",
        name=ACTION,
        region=facts.region,
        source_ip=facts.source_ip,
        user_agent=facts.user_agent,
        user_name=identity["userName"][:128],
        principal_id=identity["principalId"][:256],
        user_identity=identity,
        request_id=facts.request_id,
        read_only=False,
    )
