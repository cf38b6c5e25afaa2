"""An access finding in a sentence, and the page on which it is mended."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from console.responses import address
from identity.models.finding import Finding, Kind


@dataclass(frozen=True, slots=True)
class Shown:
    """`mend` and `mend_url` are a button's words and where it leads, "" where there is none."""

    finding: Finding
    sentence: str
    url: str
    mend: str
    mend_url: str


def shown(finding: Finding) -> Shown:
    is_user = ":user/" in finding.resource
    # Names of dots only have no address of their own.
    name = finding.about if finding.about.strip(".") and ":root" not in finding.resource else ""
    page = "user" if is_user else "role"
    url = address(f"{page}-permissions", name) if name else ""
    mend, mend_url = _mend(finding, name, page) if name else ("", "")
    return Shown(finding, _sentence(finding), url, mend, mend_url)


def _sentence(finding: Finding) -> str:
    told = {
        "about": finding.about,
        "principal": finding.principal,
        "access": finding.access,
        "target": finding.principal.rpartition(":")[2],
        "service": finding.condition,
    }
    if finding.kind == Kind.ESCALATION and finding.condition:
        return _("%(about)s can start %(service)s with %(target)s (%(access)s).") % told
    return str(_sentences()[finding.kind]) % told


def _sentences() -> dict[str, str]:
    return {
        Kind.EXTERNAL: _("%(principal)s may assume %(about)s."),
        Kind.ESCALATION: _("%(about)s can become more powerful: %(access)s on %(target)s."),
        Kind.UNUSED_ROLE: _("Nobody used role %(about)s in 90 days."),
        Kind.UNUSED_KEY: _("Key %(principal)s of %(about)s was not used in 90 days."),
        Kind.UNUSED_PASSWORD: _("%(about)s did not sign in for 90 days."),
        Kind.UNUSED_PERMISSIONS: _("%(about)s did not use %(access)s services in 90 days."),
    }


def _mend(finding: Finding, name: str, page: str) -> tuple[str, str]:
    if finding.kind == Kind.EXTERNAL:
        return _("Edit trust policy"), address("role-trust-edit", name)
    if finding.kind == Kind.UNUSED_ROLE:
        return _("Delete role"), address("role-delete", name)
    if finding.kind == Kind.UNUSED_KEY:
        return _("Delete key"), address("user-key-delete", name, finding.principal)
    if finding.kind == Kind.UNUSED_PASSWORD:
        return _("Disable console access"), address("user-password-disable", name)
    if finding.kind == Kind.UNUSED_PERMISSIONS:
        return _("See last accessed"), address(f"{page}-last-accessed", name)
    return _("See permissions"), address(f"{page}-permissions", name)
