"""IAM users: the identities with long-term credentials inside an account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from identity import identifiers
from identity.calls import Call
from identity.errors import EntityAlreadyExists
from identity.models import User
from identity.operations import paging, resources
from identity.operations.registry import operation

if TYPE_CHECKING:
    from mypy_boto3_iam import type_defs as t

    from identity.operations.registry import Result


@operation("iam", "CreateUser", resource=resources.new_user)
def create_user(call: Call, params: t.CreateUserRequestTypeDef) -> Result:
    name = params["UserName"]
    if call.account.iam_users.named(name).exists():
        raise EntityAlreadyExists(f"User with name {name} already exists.")
    user = User.objects.create(
        account=call.account,
        unique_id=identifiers.unique_id("AIDA"),
        name=name,
        path=params.get("Path", "/"),
    )
    call.account.count(user_count=1)
    return {"User": user.describe()}


@operation("iam", "GetUser", resource=resources.user)
def get_user(call: Call, params: t.GetUserRequestTypeDef) -> Result:
    user = call.user()
    shown = user.describe()
    tags = [tag.describe() for tag in user.tags.all()]
    if tags:
        shown["Tags"] = tags
    return {"User": shown}


@operation("iam", "ListUsers", resource=resources.users)
def list_users(call: Call, params: t.ListUsersRequestTypeDef) -> Result:
    users = call.account.iam_users.under(params.get("PathPrefix", "/"))
    return paging.page(call, users, key="name_folded", member="Users", describe=User.describe)
