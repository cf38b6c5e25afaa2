"""Credentials of an instance profile's role, as EC2 obtains them for an instance.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-security-credentials.html
"""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from identity import audit, outbox, tokens
from identity.callers import INSTANCE_PROFILE
from identity.errors import AccessDenied, NoSuchEntity
from identity.facts import Facts
from identity.models import InstanceProfile, Role, TemporarySession
from identity.models.user import whole_seconds
from identity.policy import Kind, Layer, LayerKind, Request, Source, decide, load, principals

EC2 = "ec2.amazonaws.com"

_SIX_HOURS = 21_600
_EARLY = timedelta(hours=1)


def new_instance_id() -> str:
    """`i-` and 17 hexadecimal digits."""
    return f"i-{secrets.token_hex(9)[:17]}"


@dataclass
class Instance:
    """One machine with an instance profile; `role` and `credentials` read the rows every time."""

    profile_id: int
    id: str = field(default_factory=new_instance_id)
    _held: dict[str, Any] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def profile(self) -> InstanceProfile:
        """The profile as it is now. NoSuchEntity when it was deleted."""
        found = InstanceProfile.objects.filter(pk=self.profile_id)
        profile = found.select_related("account", "role__account").first()
        if profile is None:
            raise NoSuchEntity("The instance profile was deleted.")
        return profile

    def role(self) -> Role:
        """The role that is in the profile now. NoSuchEntity when there is none."""
        role = self.profile().role
        if role is None:
            raise NoSuchEntity("There is no role in the instance profile.")
        return role

    def credentials(self) -> dict[str, Any]:
        """STS's `Credentials` and `LastUpdated`, of the role that is in the profile now.

        They are made anew an hour before they expire, when the profile got another role, and when
        somebody ended the session. Raises NoSuchEntity, and AccessDenied where the role does not
        trust EC2.
        """
        with self._lock:
            role = self.role()
            if not self._is_good_for(role):
                self._held = _issue(role, self.id)
            return self._held

    def _is_good_for(self, role: Role) -> bool:
        if not self._held or self._held["Expiration"] - timezone.now() < _EARLY:
            return False
        return TemporarySession.objects.filter(pk=self._held["AccessKeyId"], role=role).exists()


def _issue(role: Role, instance_id: str) -> dict[str, Any]:
    """A session of the role that is called as the instance, with the event that EC2 leaves."""
    facts = Facts(source_ip=EC2, user_agent=EC2)
    _require_trust(role, facts.at)
    asked = {"roleArn": role.arn, "roleSessionName": instance_id}
    event = audit.service_event(
        role.account, facts, "sts.amazonaws.com", "AssumeRole", invoked_by=EC2, parameters=asked
    )
    with transaction.atomic():
        credentials = tokens.mint(
            role, INSTANCE_PROFILE, _SIX_HOURS, facts, issuer_key_id="", name=instance_id
        )
        shown = {"accessKeyId": credentials["AccessKeyId"]}
        event.response_elements = {"credentials": shown}
        outbox.add(event)
    return {**credentials, "LastUpdated": whole_seconds(facts.at)}


def _require_trust(role: Role, at: datetime) -> None:
    """The trust policy has to name the service, as for every other service role."""
    request = Request(
        "",
        "sts:AssumeRole",
        role.arn,
        {"aws:CurrentTime": f"{at:%Y-%m-%dT%H:%M:%SZ}", "aws:PrincipalIsAWSService": "true"},
        principal=principals.service(EC2),
        resource_account=role.account_id,
    )
    trust = Source("trust policy", load(role.trust_policy, Kind.TRUST))
    if not decide(request, [Layer(LayerKind.TRUST, (trust,))]):
        raise AccessDenied(f"{EC2} is not authorized to perform: sts:AssumeRole on {role.arn}")
