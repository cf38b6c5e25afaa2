"""From an ARN, a unique ID or an access key ID to its page; of what was deleted, who did it when.

Deletions are read from the activity log, from the latest events of one name each, so that a wrong
address costs no scan.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from console import former_names, kinds
from console.http import Request
from console.kinds import Kind
from console.names import user_segment
from console.permissions import Rights
from identity import arns
from identity.errors import NoSuchEntity
from identity.models import AccessKey, Event
from identity.models.user import folded

_ARN = re.compile(r"arn:aws:iam::(\d{12}|aws):([a-z]+(?:-[a-z]+)?)/([!-~]+)", re.ASCII)
_SESSION = re.compile(r"arn:aws:sts::(\d{12}):assumed-role/([^/]+)/[!-~]+", re.ASCII)
UNIQUE_ID = re.compile(r"(AIDA|AGPA|AROA|ANPA)[A-Z0-9]{12,}", re.ASCII)
KEY_ID = re.compile(r"AKIA[A-Z2-7]{16}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Found:
    """Either the address of the page, or the event by which the object went."""

    url: str = ""
    gone: Event | None = None
    label: str = ""
    name: str = ""
    list_page: str = ""


def is_arn(text: str) -> bool:
    return bool(_ARN.fullmatch(text) or _SESSION.fullmatch(text))


def by_arn(request: Request, arn: str) -> Found:
    """Raises AccessDenied for who may not read such an object, there or not, and NoSuchEntity."""
    account, rights = request.caller.account, Rights(request)
    if session := _SESSION.fullmatch(arn):
        return _role_of_session(request, *session.groups())
    read = _ARN.fullmatch(arn)
    kind = kinds.BY_WORD.get(read.group(2)) if read else None
    if read is None or kind is None:
        rights.require("GetUser", arns.user(account.id, "*"))
        raise NoSuchEntity(_("Nothing in this account has this ARN."))
    rights.require(f"Get{kind.noun}", arn)
    row = _row_at(request, kind, arn, read.group(1), read.group(3))
    if row is not None:
        return Found(kind.address(row))
    name = arn if kind.named_by.endswith("Arn") else read.group(3).rpartition("/")[2]
    ours = read.group(1) == account.id
    if ours and (event := former_names.deletion(request, kind, name)):
        return _gone(event, kind, read.group(3).rpartition("/")[2])
    raise NoSuchEntity(_("Nothing in this account has this ARN."))


def _row_at(request: Request, kind: Kind, arn: str, owner: str, rest: str) -> Any | None:
    account = request.caller.account
    if owner == account.id:
        return kind.at(account, rest)
    return kind.rows(account).filter(arn=arn).first() if kind is kinds.POLICY else None


def _role_of_session(request: Request, account_id: str, name: str) -> Found:
    """A session's ARN has the role's name without its path."""
    role = None
    if account_id == request.caller.account_id:
        role = kinds.ROLE.rows(request.caller.account).filter(name_folded=folded(name)).first()
    asked = role.arn if role else arns.iam(account_id, "role", name)
    Rights(request).require("GetRole", asked, RoleName=name)
    if role is None:
        raise NoSuchEntity(_("Nothing in this account has this ARN."))
    return Found(kinds.ROLE.address(role))


def by_id(request: Request, unique_id: str) -> Found:
    """As `by_arn`; who may not read the object gets the same answer as when it is not there."""
    account, rights = request.caller.account, Rights(request)
    kind = kinds.BY_PREFIX.get(unique_id[:4], kinds.USER)
    row = kind.rows(account).filter(unique_id=unique_id).first()
    if row is not None and rights.allow(f"iam:Get{kind.noun}", row.arn):
        rights.require(f"Get{kind.noun}", row.arn)
        return Found(kind.address(row))
    rights.require(f"Get{kind.noun}", arns.iam(account.id, kind.word, unique_id))
    name = _name_once(request, kind, unique_id)
    if name and (event := former_names.deletion(request, kind, name)):
        return _gone(event, kind, name.rpartition("/")[2])
    raise NoSuchEntity(_("Nothing in this account has this ID."))


def by_key(request: Request, key_id: str) -> Found:
    """To the owner of an access key, or to who owned it when it was deleted."""
    if not AccessKey.objects.filter(pk=key_id, user__account=request.caller.account).exists():
        for event in former_names.changes(request, "DeleteAccessKey"):
            if (event.request_parameters or {}).get("accessKeyId") == key_id:
                return Found(gone=event, label=_("Access key"), name=key_id, list_page="users")
    owner = request.iam.get_access_key_last_used(AccessKeyId=key_id).get("UserName")
    if owner is None:
        raise NoSuchEntity(_("This access key belongs to no user."))
    user = kinds.USER.rows(request.caller.account).get(name_folded=folded(owner))
    segment = user_segment(user.name, user.unique_id)
    return Found(reverse("user-security-credentials", args=[segment]))


# --- deletions -------------------------------------------------------------------------------


def _name_once(request: Request, kind: Kind, unique_id: str) -> str:
    """The name (of a policy the ARN) with which an object of this ID was made, or ""."""
    noun = kind.noun[:1].lower() + kind.noun[1:]
    for event in former_names.changes(request, f"Create{kind.noun}"):
        made = (event.response_elements or {}).get(noun) or {}
        if made.get(f"{noun}Id") == unique_id:
            return str(made.get("arn" if kind is kinds.POLICY else kind.named_by, ""))
    return ""


def _gone(event: Event, kind: Kind, name: str) -> Found:
    return Found(gone=event, label=str(kind.label), name=name, list_page=kind.list_page)
