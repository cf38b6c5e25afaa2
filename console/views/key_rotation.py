"""The board of a key rotation: a new key, programs updated, the old key off and then deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from console import handoff, key_descriptions, key_rotation, responses
from console.forms.base import Form, send
from console.forms.keys import LastStepForm
from console.http import Request
from console.key_owner import MOST, Owner, of_oneself, of_somebody
from console.key_rotation import Board
from console.permissions import Rights
from console.responses import SeeOther
from console.templatetags.formats import clock
from console.views import secrets_once
from identity.models import AccessKey

if TYPE_CHECKING:
    from mypy_boto3_iam.literals import StatusTypeType


def _board(request: Request, owner: Owner, key_id: str) -> HttpResponse:
    """GET shows how far it is; POST makes the new key, or takes the second one as the new one."""
    owner.key(request, key_id)
    keys = owner.keys(request)
    board = key_rotation.board(owner, keys, key_id)
    rights = Rights(request)
    form = Form(request.POST or None)
    if form.is_valid() and (done := send(request, form, lambda: _begin(request, owner, board))):
        return done
    return responses.page(
        request,
        "console/keys/rotate.html",
        owner=owner,
        board=board,
        full=len(keys) >= MOST,
        form=form,
        named=key_descriptions.of(owner.user, rights),
        denied=rights.denied(owner.user.arn),
        urls={page: owner.url(f"rotate-{page}", key_id) for page in ("status", "delete")},
    )


def _begin(request: Request, owner: Owner, board: Board) -> HttpResponse:
    if board.spare and request.POST.get("take") == board.spare.id:
        key_rotation.begin(board.old, board.spare.id, request.caller.name)
        return SeeOther(owner.url("rotate", board.old.id))
    key = request.iam.create_access_key(**owner.named)["AccessKey"]
    rights = Rights(request)
    if described := key_descriptions.of(owner.user, rights).get(board.old.id):
        key_descriptions.write(request, owner.user, key["AccessKeyId"], described)
    key_rotation.begin(board.old, key["AccessKeyId"], request.caller.name)
    values = {"Access key ID": key["AccessKeyId"], "Secret access key": key["SecretAccessKey"]}
    page = "me-key-rotated" if owner.mine else "user-key-rotated"
    more = [board.old.id] if owner.mine else [owner.segment, board.old.id]
    return handoff.give(request, request.caller.user_id, values, page, *more)


def _done(request: Request, owner: Owner, key_id: str, handoff_id: str) -> HttpResponse:
    """The secret of the new key, once; Done leads back to the board."""
    return secrets_once.shown(
        request,
        handoff_id,
        heading=_("New access key of %(name)s") % {"name": owner.shown},
        trail=[(_("Key rotation"), owner.url("rotate", key_id))],
        secret="Secret access key",
        csv_url=owner.url("rotated-csv", key_id, handoff_id),
        after_url=owner.url("rotate", key_id),
        lost=_("If it is lost, delete the new key and begin again."),
    )


def _csv(request: Request, owner: Owner, key_id: str, handoff_id: str) -> HttpResponse:
    name = f"{owner.user.name}_accessKeys.csv" if owner.user.name else "rootkey.csv"
    return secrets_once.csv_file(request, handoff_id, name)


def _status(request: Request, owner: Owner, key_id: str) -> HttpResponse:
    """Switch the old key off, or on again, at once; with an Undo in the message."""
    active = request.POST.get("status") == "Active"
    wanted: StatusTypeType = "Active" if active else "Inactive"
    request.iam.update_access_key(AccessKeyId=key_id, Status=wanted, **owner.named)
    undo = {"key_id": key_id, "active": active, "url": owner.url("rotate-status", key_id)}
    message = render_to_string("console/users/_key_status_message.html", undo, request)
    messages.success(request, message)
    return SeeOther(owner.url("rotate", key_id))


def _delete(request: Request, owner: Owner, key_id: str) -> HttpResponse:
    """The end: the last four characters typed; a key that is still in use takes a tick too."""
    key = owner.key(request, key_id)
    used = _use(key) if key_rotation.used_recently(key) else ""
    form = LastStepForm(request.POST or None, expected=key_id[-4:], used=used)
    if form.is_valid() and (done := send(request, form, lambda: _end(request, owner, key))):
        return done
    denied = Rights(request).denied(owner.user.arn)
    urls = {"board": owner.url("rotate", key_id)}
    return responses.page(
        request,
        "console/keys/rotate_delete.html",
        form=form,
        key=key,
        used=used,
        denied=denied,
        urls=urls,
        owner=owner,
    )


def _use(key: AccessKey) -> str:
    assert key.last_used_at is not None
    told = {"time": clock(key.last_used_at), "service": key.last_used_service}
    told["address"] = key.last_used_from or _("an unknown address")
    return _("This key was used at %(time)s by %(service)s from %(address)s.") % told


def _end(request: Request, owner: Owner, key: AccessKey) -> HttpResponse:
    request.iam.delete_access_key(AccessKeyId=key.id, **owner.named)
    key_descriptions.forget(request, owner.user, key.id)
    messages.success(request, _("The rotation is complete: %(key)s was deleted.") % {"key": key.id})
    return SeeOther(owner.home_url)


board, my_board = of_somebody(_board), of_oneself(_board)
rotated, my_rotated = of_somebody(_done), of_oneself(_done)
rotated_csv, my_rotated_csv = require_safe(of_somebody(_csv)), require_safe(of_oneself(_csv))
status, my_status = require_POST(of_somebody(_status)), require_POST(of_oneself(_status))
delete, my_delete = of_somebody(_delete), of_oneself(_delete)
