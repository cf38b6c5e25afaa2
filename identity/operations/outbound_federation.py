"""Outbound web identity federation: accounts issue no tokens here, so that it is always off."""

from __future__ import annotations

from identity.calls import Call
from identity.errors import FeatureDisabled
from identity.operations.registry import operation

_OFF = "Outbound web identity federation is not enabled for your account."


@operation("iam", "GetOutboundWebIdentityFederationInfo")
def get_outbound_web_identity_federation_info(call: Call, params: dict[str, object]) -> None:
    raise FeatureDisabled(_OFF)


@operation("iam", "DisableOutboundWebIdentityFederation")
def disable_outbound_web_identity_federation(call: Call, params: dict[str, object]) -> None:
    raise FeatureDisabled(_OFF)
