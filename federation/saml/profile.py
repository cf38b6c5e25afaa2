"""What a verified assertion must say: the web browser profile, and AWS's laxer rules for programs.

"Profiles for SAML 2.0", section 4.1.4; times are in UTC (core, section 1.3.3).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from federation.checks import Log, Reason
from federation.saml import xmlsafe
from federation.saml.assertion import Assertion, Expected, NameId
from federation.saml.signature import SAML
from federation.saml.xmlsafe import Element

SKEW = timedelta(minutes=3)
REDEEM_WITHIN = timedelta(minutes=5)

_BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
_ENTITY = "urn:oasis:names:tc:SAML:2.0:nameid-format:entity"
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z", re.ASCII)
_LONGEST_NAME = 1_024


def read(element: Element, answers: str, expected: Expected, log: Log) -> Assertion:
    """The assertion, checked. `answers` is the InResponseTo of the response around it. Refused."""
    require_version(element, log)
    require_issuer(element.find(f"{SAML}Issuer"), expected, log)
    subject = _one(element, "Subject", Reason.NAMEID, log)
    name = _name_id(subject, log)
    confirmation = _confirmation(subject, answers, expected, log)
    audience = _conditions(element, expected, log)
    statement = _authentication(element, expected, log)
    if expected.strict:
        require_fresh(element, expected, log)
    ends = statement.get("SessionNotOnOrAfter")
    return Assertion(
        id=element.get("ID", ""),
        issuer=expected.issuer,
        subject=name,
        recipient=confirmation.get("Recipient", ""),
        audience=audience,
        expires_at=instant(confirmation.get("NotOnOrAfter"), log),
        session_ends_at=instant(ends, log) if ends is not None else None,
        session_index=statement.get("SessionIndex", ""),
        authn_instant=instant(statement.get("AuthnInstant"), log),
        in_response_to=confirmation.get("InResponseTo", "") or answers,
        attributes=_attributes(element),
    )


def require_version(element: Element, log: Log) -> None:
    found = element.get("Version", "")
    if found != "2.0":
        log.refuse(Reason.VERSION, f"Version of the {xmlsafe.name_of(element)}", "2.0", found[:50])


def require_issuer(issuer: Element | None, expected: Expected, log: Log) -> None:
    """Compared as it is written: neither space nor case is overlooked."""
    found = xmlsafe.text_of(issuer) if issuer is not None else ""
    form = issuer.get("Format", _ENTITY) if issuer is not None else ""
    if found != expected.issuer or form != _ENTITY:
        remedy = "Upload the metadata of the identity provider that sent this."
        log.refuse(Reason.ISSUER, "Issuer", expected.issuer, found[:500], remedy)
    log.ok("Issuer", expected.issuer, found)


def _one(element: Element, name: str, reason: Reason, log: Log) -> Element:
    found = element.findall(f"{SAML}{name}")
    if len(found) != 1:
        log.refuse(reason, name, "exactly one", f"{len(found)} of them")
    return found[0]


def _name_id(subject: Element, log: Log) -> NameId:
    found = _one(subject, "NameID", Reason.NAMEID, log)
    value, form = xmlsafe.text_of(found), found.get("Format", "")
    if not value.strip() or len(value) > _LONGEST_NAME or not form:
        remedy = "Send a NameID with a Format, such as persistent."
        log.refuse(Reason.NAMEID, "NameID", "a name and its Format", value[:200], remedy)
    log.ok("NameID", found=value)
    qualifiers = found.get("NameQualifier", ""), found.get("SPNameQualifier", "")
    return NameId(value, form, *qualifiers)


def _confirmation(subject: Element, answers: str, expected: Expected, log: Log) -> Element:
    """The data of the one confirmation that fits whoever brings it; others may stand beside."""
    name, reason = "Subject confirmation", Reason.SUBJECT_CONFIRMATION
    path = f"{SAML}SubjectConfirmation[@Method='{_BEARER}']/{SAML}SubjectConfirmationData"
    bearers = [
        data
        for data in subject.findall(path)
        if data.get("Recipient") and data.get("NotOnOrAfter") and data.get("NotBefore") is None
    ]
    if not bearers:
        log.refuse(reason, name, "bearer, with Recipient and NotOnOrAfter and without NotBefore")
    ours = [one for one in bearers if not expected.strict or one.get("Recipient") in expected.acs]
    if not ours:
        found = bearers[0].get("Recipient", "")[:500]
        remedy = "Set the address of the assertion consumer service at the identity provider."
        log.refuse(reason, "Recipient", ", ".join(expected.acs), found, remedy)
    data = ours[0]
    ends = instant(data.get("NotOnOrAfter"), log)
    if expected.now >= ends + _skew(expected):
        log.refuse(Reason.TIME, name, f"before {ends}", str(expected.now), late(ends, expected))
    if answers and data.get("InResponseTo", answers) != answers:
        log.refuse(Reason.IRT, "InResponseTo", answers[:200], data.get("InResponseTo")[:200])
    answered = data.get("InResponseTo", "") or answers
    if expected.requests is not None and answered and answered not in expected.requests:
        log.refuse(Reason.IRT, "InResponseTo", "a request that waits", answered[:200])
    log.ok(name, found=data.get("Recipient"))
    return data


def _skew(expected: Expected) -> timedelta:
    """Programs get no grace: AWS's `Response has expired` is at the second."""
    return SKEW if expected.strict else timedelta(0)


def _conditions(element: Element, expected: Expected, log: Log) -> str:
    """Times and audiences; returns the audience."""
    found = _one(element, "Conditions", Reason.AUDIENCE, log)
    starts, ends = (
        instant(found.get(name), log) if found.get(name) is not None else None
        for name in ("NotBefore", "NotOnOrAfter")
    )
    if ends is not None and expected.now >= ends + _skew(expected):
        remedy = late(ends, expected)
        log.refuse(Reason.TIME, "Conditions", f"before {ends}", str(expected.now), remedy)
    if expected.strict and starts is not None and expected.now + SKEW < starts:
        remedy = early(starts, expected)
        log.refuse(Reason.TIME, "Conditions", f"from {starts}", str(expected.now), remedy)
    known = {f"{SAML}{one}" for one in ("AudienceRestriction", "OneTimeUse")}
    strange = [child.tag for child in found if child.tag not in known]
    if strange and expected.strict:
        log.refuse(Reason.SCHEMA, "Conditions", "AudienceRestriction", str(strange[0])[:200])
    return _audience(found, expected, log)


def _audience(conditions: Element, expected: Expected, log: Log) -> str:
    """Every restriction has to name us (core, section 2.5.1.4); programs are not asked."""
    listed = [
        [xmlsafe.text_of(one) for one in restriction.findall(f"{SAML}Audience")]
        for restriction in conditions.findall(f"{SAML}AudienceRestriction")
    ]
    first = listed[0][0] if listed and listed[0] else ""
    ours = bool(listed) and all(expected.audiences & set(names) for names in listed)
    if expected.strict and not ours:
        remedy = "Set the audience (entity ID of the service provider) at the identity provider."
        shown = ", ".join(sorted(expected.audiences))
        log.refuse(Reason.AUDIENCE, "Audience", shown, first[:500] or "none", remedy)
    log.ok("Audience", ", ".join(sorted(expected.audiences)), first)
    return first


def _authentication(element: Element, expected: Expected, log: Log) -> Element:
    found = element.findall(f"{SAML}AuthnStatement")
    if not found or found[0].get("AuthnInstant") is None:
        log.refuse(Reason.AUTHN, "AuthnStatement", "one, with its AuthnInstant", "none")
    when = instant(found[0].get("AuthnInstant"), log)
    if when > expected.now + SKEW and expected.strict:
        remedy = early(when, expected)
        log.refuse(Reason.AUTHN, "AuthnInstant", "not in the future", str(when), remedy)
    ends = found[0].get("SessionNotOnOrAfter")
    if ends is not None and expected.now >= instant(ends, log):
        remedy = "The session at the identity provider is over: sign in there anew."
        log.refuse(Reason.TIME, "SessionNotOnOrAfter", "in the future", ends[:50], remedy)
    log.ok("AuthnStatement")
    return found[0]


def require_fresh(element: Element, expected: Expected, log: Log) -> None:
    """AWS: a token must be redeemed within five minutes of issuance."""
    issued = instant(element.get("IssueInstant"), log)
    name = "Redeemed within 5 minutes"
    if not issued - SKEW <= expected.now < issued + REDEEM_WITHIN:
        told = early if expected.now < issued else late
        remedy = told(issued, expected)
        log.refuse(Reason.TIME, name, f"issued about {expected.now}", str(issued), remedy)
    log.ok(name, found=str(issued))


def late(at: datetime, expected: Expected) -> str:
    """What to do about a time that is over: it took long, or a clock is slow."""
    return (
        f"That was {_gap(expected.now - at)} ago. Sign in again; if it is always so, the identity"
        " provider's clock is that much behind."
    )


def early(at: datetime, expected: Expected) -> str:
    """What to do about a time that is yet to come: somebody's clock is wrong."""
    return (
        f"The identity provider's clock is {_gap(at - expected.now)} ahead of ours."
        " Set it by NTP, or this server's."
    )


def _gap(span: timedelta) -> str:
    seconds = max(1, int(span.total_seconds()))
    if seconds < 120:
        return f"{seconds} seconds"
    minutes = seconds // 60
    if minutes < 180:
        return f"{minutes} minutes"
    hours = minutes // 60
    return f"{hours} hours" if hours < 72 else f"{hours // 24} days"


def instant(text: str | None, log: Log) -> datetime:
    """A time in UTC: with `Z`, and with at most nine digits behind the point."""
    try:
        if text is None or not _INSTANT.fullmatch(text):
            raise ValueError(text)
        whole, _point, fraction = text[:-1].partition(".")
        micro = int(fraction[:6].ljust(6, "0")) if fraction else 0
        return datetime.fromisoformat(whole).replace(microsecond=micro, tzinfo=UTC)
    except ValueError:
        log.refuse(Reason.TIME, "Times", "2006-01-02T15:04:05Z", str(text)[:50])


def _attributes(element: Element) -> dict[str, tuple[str, ...]]:
    """Every attribute by its exact name, its values in order, in however many statements."""
    found: dict[str, tuple[str, ...]] = {}
    for attribute in element.iterfind(f"{SAML}AttributeStatement/{SAML}Attribute"):
        values = attribute.findall(f"{SAML}AttributeValue")
        texts = tuple(_value(value) for value in values)
        name = attribute.get("Name", "")
        found[name] = found.get(name, ()) + texts
    return found


def _value(element: Element) -> str:
    """Text; the one element that may stand there is a NameID (eduPersonTargetedID)."""
    if len(element) == 1 and element[0].tag == f"{SAML}NameID":
        return xmlsafe.text_of(element[0])
    return xmlsafe.text_of(element)
