"""The sign-in log of an identity provider: keyset pages of attempts, and one of them in words.

Who may read the provider sees what was checked. Who somebody is shows only to those who see the
account's activity, where the same is told: `cloudtrail:LookupEvents`.
"""

from __future__ import annotations

import base64
import binascii
import json
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core import signing
from django.db.models import Q
from django.utils.translation import gettext as _

from console.http import Request
from console.paging import Page
from console.permissions import Rights
from console.providers import OIDC, SAML, Named, address
from console.recent_events import LOOK_UP
from federation import service_provider
from federation.checks import Reason
from federation.models import FederatedAttempt, SamlProvider
from federation.operations import resources
from federation.saml import decoded
from federation.saml.decoded import HIDDEN, Line
from identity.errors import ValidationError
from identity.models import TemporarySession

SIZE = 50
READ = {SAML: "GetSAMLProvider", OIDC: "GetOpenIDConnectProvider"}

# Checks that find somebody's name.
_PERSONAL = ("NameID", "RoleSessionName", "SourceIdentity", "PrincipalTag", "Session name")


def may_see_people(request: Request) -> bool:
    return Rights(request).allow(LOOK_UP, "*")


def attempts_of(request: Request, named: Named) -> Any:
    rows = FederatedAttempt.objects.filter(account=request.caller.account, provider_arn=named.arn)
    return rows.defer("sealed_document", "checks")


def page(request: Request, named: Named) -> Page[FederatedAttempt]:
    """The page that `?after=` or `?before=` asks for, the newest first.

    Raises ValidationError for a cursor that was not made for this log.
    """
    rows = attempts_of(request, named)
    before, after = _read(request, named, "before"), _read(request, named, "after")
    if before:
        newer = rows.filter(_beyond("gt", before)).order_by("at", "id")[: SIZE + 1]
        found = list(newer)
        if len(found) > SIZE:
            first = max(1, before.number - SIZE)
            shown = found[:SIZE][::-1]
            return _page(request, named, shown, first, newer=True, older=True)
        after = None  # less than a page is left: show the first page, full
    older = rows.filter(_beyond("lt", after)) if after else rows
    found = list(older.order_by("-at", "-id")[: SIZE + 1])
    first = after.number + 1 if after else 1
    more = len(found) > SIZE
    return _page(request, named, found[:SIZE], first, newer=after is not None, older=more)


@dataclass(frozen=True, slots=True)
class _Position:
    at: datetime
    id: uuid.UUID
    number: int


def _beyond(side: str, place: _Position) -> Q:
    later = Q(**{f"at__{side}": place.at})
    return later | Q(at=place.at, **{f"id__{side}": place.id})


def _page(
    request: Request,
    named: Named,
    rows: list[FederatedAttempt],
    first: int,
    *,
    newer: bool,
    older: bool,
) -> Page[FederatedAttempt]:
    if not rows:
        return Page(rows, first)
    signer = _signer(named)

    def url(name: str, row: FederatedAttempt, number: int) -> str:
        return f"?{name}={signer.sign_object([row.at.isoformat(), row.pk.hex, number])}"

    previous = url("before", rows[0], first) if newer else ""
    following = url("after", rows[-1], first + len(rows) - 1) if older else ""
    return Page(rows, first, previous, following)


def _read(request: Request, named: Named, name: str) -> _Position | None:
    text = request.GET.get(name, "")
    if not text:
        return None
    try:
        at, row_id, number = _signer(named).unsign_object(text)
    except signing.BadSignature as problem:
        raise ValidationError(_("The address does not name a page of this list.")) from problem
    return _Position(datetime.fromisoformat(at), uuid.UUID(hex=row_id), number)


def _signer(named: Named) -> signing.Signer:
    return signing.Signer(salt=f"sign-in log:{named.arn}")


# --- one attempt in words ------------------------------------------------------------------------


def shown(request: Request, attempt: FederatedAttempt) -> dict[str, Any]:
    """All that a page tells of an attempt to this reader, who may read its provider."""
    personal = may_see_people(request)
    return {
        "attempt": attempt,
        "personal": personal,
        "look_up": LOOK_UP,
        "checks": checks(attempt, personal=personal),
        "mend": what_to_mend(attempt),
        "lines": lines(attempt, personal=personal),
        "text": text(attempt, personal=personal),
        "session": TemporarySession.objects.filter(pk=attempt.key_id).first(),
    }


def url_of(attempt: FederatedAttempt) -> str:
    """The page of an attempt, whatever became of its provider."""
    kind = SAML if attempt.kind == FederatedAttempt.SAML else OIDC
    return f"{address(kind, resources.named(attempt.provider_arn), 'provider-log')}/{attempt.pk}"


def reason(attempt: FederatedAttempt) -> str:
    """Why it was refused, in words; the code of an API error as it is; "" for what was not."""
    known = Reason.__members__.get(attempt.refusal)
    return known.value if known else attempt.refusal


def surface(attempt: FederatedAttempt) -> str:
    words = {
        FederatedAttempt.CONSOLE: _("Console"),
        FederatedAttempt.API: _("Program"),
        FederatedAttempt.TEST: _("Test"),
    }
    return words.get(attempt.surface, _("Logout"))


def checks(attempt: FederatedAttempt, *, personal: bool) -> list[dict[str, Any]]:
    """Each check; what it found hides where it is a name and its reader may not see people."""
    return [
        {**check, "found": HIDDEN}
        if not personal and check["found"] and str(check["name"]).startswith(_PERSONAL)
        else check
        for check in attempt.checks
    ]


def what_to_mend(attempt: FederatedAttempt) -> dict[str, Any] | None:
    """The check that refused, if one did; of several the first that says how to mend it."""
    if attempt.outcome != FederatedAttempt.REFUSED:
        return None
    failed = [check for check in attempt.checks if not check["passed"]]
    return next((one for one in failed if one["remedy"]), failed[0] if failed else None)


def lines(attempt: FederatedAttempt, *, personal: bool) -> list[Line]:
    """What was sent, as a table; who it is about hides where the reader may not see people."""
    if attempt.kind == FederatedAttempt.SAML:
        found = decoded.lines(attempt.document, _keys(attempt))
    else:
        found = [Line(name, value, personal=True) for name, value in _claims(attempt)]
    return [one if personal or not one.personal else Line(one.term, HIDDEN) for one in found]


def text(attempt: FederatedAttempt, *, personal: bool) -> str:
    """The message itself, without what would let somebody use it again."""
    if attempt.kind == FederatedAttempt.SAML:
        return decoded.laid_out(attempt.document, _keys(attempt), personal=personal)
    parts = [_json(part) for part in attempt.document.split(".")[: 2 if personal else 1]]
    return "\n".join(json.dumps(part, indent=2, ensure_ascii=False) for part in parts if part)


def _keys(attempt: FederatedAttempt) -> tuple[Any, ...]:
    name = resources.named(attempt.provider_arn)
    provider = SamlProvider.objects.filter(account=attempt.account_id, name=name).first()
    encrypted = "EncryptedAssertion" in attempt.document
    return service_provider.decryption_keys(provider) if provider and encrypted else ()


def _claims(attempt: FederatedAttempt) -> list[tuple[str, str]]:
    claims = _json(attempt.document.split(".")[1]) if "." in attempt.document else {}
    return [(name, _value(value)) for name, value in claims.items()]


def _value(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _json(part: str) -> dict[str, Any]:
    """A part of a token; nothing for what is none."""
    try:
        found = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (binascii.Error, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
