"""What people call an access key: as AWS's console does, a tag of the user with the key's ID."""

from __future__ import annotations

from django.db.models import OuterRef, Subquery

from console.http import Request
from console.permissions import Rights
from identity.models import User, UserTag

MOST = 256

OF_KEY = Subquery(
    UserTag.objects.filter(user=OuterRef("user"), key=OuterRef("pk")).values("value")[:1]
)
"""The description beside an access key, for who may list the tags."""


def of(user: User, rights: Rights) -> dict[str, str]:
    """The descriptions of the user's keys by ID, for who may list the tags; root can have none."""
    if user.is_root or not rights.allow("iam:ListUserTags", user.arn):
        return {}
    tags = UserTag.objects.filter(user=user, key__startswith="AKIA")
    return dict(tags.values_list("key", "value"))


def write(request: Request, user: User, key_id: str, text: str) -> None:
    """Set, change or take away; nothing is asked for where nothing changes."""
    known = UserTag.objects.filter(user=user, key=key_id).values_list("value", flat=True).first()
    if text and text != known:
        request.iam.tag_user(UserName=user.name, Tags=[{"Key": key_id, "Value": text}])
    if not text and known is not None:
        request.iam.untag_user(UserName=user.name, TagKeys=[key_id])


def forget(request: Request, user: User, key_id: str) -> None:
    """With the key; who may not untag the user leaves a tag of no meaning."""
    if not user.is_root and Rights(request).allow("iam:UntagUser", user.arn):
        write(request, user, key_id, "")
