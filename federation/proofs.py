"""What a verified assertion and a verified ID token have in common when a role is chosen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from federation import answers, saml_sessions, ways_in, web_identity
from federation.checks import Log
from federation.minting import Entry, Minted, Wanted
from federation.models import OidcProvider, SamlProvider
from federation.redeeming import Proven as SamlProven
from federation.web_identity import Proven as OpenIdProven
from identity import outbox
from identity.account_paths import common
from identity.facts import Facts
from identity.models import Role


class Proof(Protocol):
    """Who a provider says somebody is; nothing is left to verify but the roles."""

    @property
    def provider(self) -> SamlProvider | OidcProvider: ...

    @property
    def role_arns(self) -> Iterable[str]:
        """Those that are offered, in order, maybe twice."""

    @property
    def not_authorized(self) -> str:
        """The sentence for who is offered no role that can be used."""

    @property
    def again(self) -> str:
        """The page at which to sign in again."""

    @property
    def kept(self) -> Mapping[str, Any]:
        """What the console's session remembers, for a logout at the provider."""

    def entry(self, role_arn: str, role: Role | None, facts: Facts, log: Log) -> Entry:
        """All that can refuse a role, which is None where there is no such one. Raises AwsError."""

    def mint(self, made: Entry, facts: Facts) -> Minted:
        """The session. Keeps the audit event of the assumption, too."""


@dataclass(frozen=True, slots=True)
class SamlProof:
    proven: SamlProven

    @property
    def provider(self) -> SamlProvider:
        return self.proven.provider

    @property
    def role_arns(self) -> Iterable[str]:
        pairs = self.proven.claims.pairs
        return [one.role_arn for one in pairs if one.provider_arn == self.provider.arn]

    @property
    def not_authorized(self) -> str:
        return answers.NOT_AUTHORIZED

    @property
    def again(self) -> str:
        return common("sign-in-saml", self.provider.account_id, self.provider.name)

    @property
    def kept(self) -> Mapping[str, Any]:
        assertion, subject = self.proven.assertion, self.proven.assertion.subject
        name = [subject.value, subject.format, subject.name_qualifier, subject.sp_name_qualifier]
        return {
            "saml": {
                "provider": self.provider.arn,
                "issuer": assertion.issuer,
                "name_id": name,
                "session_index": assertion.session_index,
            }
        }

    def entry(self, role_arn: str, role: Role | None, facts: Facts, log: Log) -> Entry:
        session = saml_sessions.wanted(self.proven)
        return saml_sessions.entry(self.proven, role_arn, role, facts, log, session)

    def mint(self, made: Entry, facts: Facts) -> Minted:
        return saml_sessions.mint(self.proven, made, facts)[0]


@dataclass(frozen=True, slots=True)
class OpenIdProof:
    """`session_name` and `role_arns` are what the settings of the sign-in make of the claims."""

    proven: OpenIdProven
    session_name: str
    role_arns: tuple[str, ...]

    @property
    def provider(self) -> OidcProvider:
        return self.proven.provider

    @property
    def not_authorized(self) -> str:
        return f"Not authorized to perform {web_identity.ACTION}"

    @property
    def again(self) -> str:
        return ways_in.openid_url(self.provider.account_id, self.provider)

    @property
    def kept(self) -> Mapping[str, Any]:
        return {}

    def entry(self, role_arn: str, role: Role | None, facts: Facts, log: Log) -> Entry:
        special = self.proven.special
        session = Wanted(
            name=self.session_name,
            tags=special.tags,
            transitive_keys=special.transitive_keys,
            source_identity=special.source_identity,
        )
        role = web_identity.role_for(self.proven, role_arn, role, facts, log, session)
        return Entry(role, session, web_identity.seconds(role, session))

    def mint(self, made: Entry, facts: Facts) -> Minted:
        minted = web_identity.mint(self.proven, made, facts)
        asked = {"RoleArn": made.role.arn, "RoleSessionName": self.session_name}
        event = web_identity.event(self.provider, self.proven, facts, asked)
        event.response_elements = web_identity.redacted(
            web_identity.result(self.proven, minted, made.wanted)
        )
        outbox.add(event)
        return minted
