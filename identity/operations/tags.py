"""Tags of users: their rules, and the three actions that set, remove and list them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from identity import quotas
from identity.calls import Call
from identity.errors import InvalidInput, LimitExceeded
from identity.models import User, UserTag
from identity.models.user import folded
from identity.operations import paging, resources
from identity.operations.registry import operation

if TYPE_CHECKING:
    from mypy_boto3_iam import type_defs as t

    from identity.operations.registry import Result


def check(tags: Sequence[t.TagTypeDef], *, ignoring_case: bool = True) -> None:
    """Raise InvalidInput for a reserved key, or for one key twice.

    The keys of users (and roles) are one key whatever their case, those of devices are not.
    """
    keys = [tag["Key"] for tag in tags]
    if any(key.lower().startswith("aws:") for key in keys):
        raise InvalidInput("Tag keys beginning with aws: are reserved for system use.")
    if len({folded(key) if ignoring_case else key for key in keys}) < len(keys):
        raise InvalidInput(
            "Duplicate tag keys found. Please note that Tag keys are case insensitive."
        )


def put(user: User, tags: Sequence[t.TagTypeDef]) -> None:
    """Set tags of a locked or a new user; a new spelling of a key replaces the old one.

    Raises LimitExceeded when the user would have more than 50.
    """
    rows = [
        UserTag(user=user, key=tag["Key"], key_folded=folded(tag["Key"]), value=tag["Value"])
        for tag in tags
    ]
    if not rows:
        return
    UserTag.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["user", "key_folded"],
        update_fields=["key", "value"],
    )
    if user.tags.count() > quotas.TAGS_PER_RESOURCE:
        raise LimitExceeded("The number of tags has reached the maximum limit.")


@operation("iam", "TagUser", resource=resources.user)
def tag_user(call: Call, params: t.TagUserRequestTypeDef) -> None:
    if not params["Tags"]:
        raise InvalidInput("The list of tags must not be empty.")
    check(params["Tags"])
    put(call.locked_user(), params["Tags"])


@operation("iam", "UntagUser", resource=resources.user)
def untag_user(call: Call, params: t.UntagUserRequestTypeDef) -> None:
    keys = [folded(key) for key in params["TagKeys"]]
    call.locked_user().tags.filter(key_folded__in=keys).delete()


@operation("iam", "ListUserTags", resource=resources.user)
def list_user_tags(call: Call, params: t.ListUserTagsRequestTypeDef) -> Result:
    tags = [tag.describe() for tag in call.user().tags.all()]
    return paging.page_of_few(call, tags, member="Tags")
