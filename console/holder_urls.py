"""The addresses of pages about one user or group, and of what they share with roles."""

from __future__ import annotations

from django.urls import URLPattern, path

from console.holders import GROUP, USER, Kind
from console.views import (
    copy_permissions,
    create_group,
    create_user,
    delete_groups,
    delete_user,
    group_members,
    group_parts,
    groups,
    holder_policies,
    inline_policies,
    last_accessed,
    user_credentials,
    user_keys,
    user_other_credentials,
    user_policies,
    users,
)


def policies_of(kind: Kind) -> list[URLPattern]:
    """The pages about the rights of a user, a group or a role: one set of views for all."""
    at, given = f"iam/{kind.plural}/<str:name>", {"kind": kind}
    pages = [
        ("policies/attach", holder_policies.attach, "policy-attach"),
        ("policies/detach", holder_policies.detach, "policy-detach"),
        ("policies/attachment", holder_policies.attachment, "attachment"),
        ("inline/create", inline_policies.create, "policy-create"),
        ("inline/<str:policy>/edit", inline_policies.edit, "policy-edit"),
        ("inline/<str:policy>/delete", inline_policies.delete, "policy-delete"),
        ("last-accessed", last_accessed.tab, "last-accessed"),
        ("last-accessed/csv", last_accessed.csv_file, "last-accessed-csv"),
    ]
    if kind.bounded:
        pages += [
            ("boundary", holder_policies.boundary, "boundary"),
            ("boundary/remove", holder_policies.boundary_remove, "boundary-remove"),
            ("boundary/restore", holder_policies.boundary_restore, "boundary-restore"),
        ]
    return [path(f"{at}/{end}", view, given, name=f"{kind}-{name}") for end, view, name in pages]


_user = "iam/users/<str:name>"
user_urls: list[URLPattern] = [
    path("iam/create-user", create_user.details, name="create-user"),
    path("iam/create-user/<str:draft_id>/details", create_user.details, name="create-user-details"),
    path(
        "iam/create-user/<str:draft_id>/permissions",
        create_user.permissions,
        name="create-user-permissions",
    ),
    path("iam/create-user/<str:draft_id>/discard", create_user.discard, name="create-user-discard"),
    path("iam/create-user/<str:draft_id>/review", create_user.review, name="create-user-review"),
    path(
        "iam/create-user/done/<str:unique_id>/<str:handoff_id>",
        create_user.done,
        name="create-user-done",
    ),
    path(
        "iam/create-user/done/<str:unique_id>/<str:handoff_id>/csv",
        create_user.csv_file,
        name="create-user-csv",
    ),
    path(
        "iam/create-user/done/<str:unique_id>/<str:handoff_id>/sheet",
        create_user.sheet,
        name="create-user-sheet",
    ),
    path(_user, users.user, name="user"),
    path(f"{_user}/groups", group_members.of_one_user, name="user-groups"),
    path(f"{_user}/policies/copy", copy_permissions.copy, name="user-permissions-copy"),
    path(f"{_user}/permissions", user_policies.permissions, name="user-permissions"),
    path(f"{_user}/tags", users.tags, name="user-tags"),
    path(
        f"{_user}/security-credentials",
        user_credentials.security_credentials,
        name="user-security-credentials",
    ),
    path(f"{_user}/activity", users.activity, name="user-activity"),
    path(f"{_user}/edit", users.edit, name="user-edit"),
    path(f"{_user}/delete", delete_user.delete, name="user-delete"),
    *policies_of(USER),
    path(f"{_user}/password", user_credentials.password, name="user-password"),
    path(
        f"{_user}/password/disable",
        user_credentials.password_disable,
        name="user-password-disable",
    ),
    path(
        f"{_user}/password/done/<str:handoff_id>",
        user_credentials.password_done,
        name="user-password-done",
    ),
    path(
        f"{_user}/password/done/<str:handoff_id>/sheet",
        user_credentials.password_sheet,
        name="user-password-sheet",
    ),
    path(
        f"{_user}/password/done/<str:handoff_id>/csv",
        user_credentials.password_csv,
        name="user-password-csv",
    ),
    path(f"{_user}/mfa/remove", user_credentials.mfa_remove, name="user-mfa-remove"),
    path(f"{_user}/keys/create", user_keys.create, name="user-key-create"),
    path(f"{_user}/keys/done/<str:handoff_id>", user_keys.create_done, name="user-key-done"),
    path(f"{_user}/keys/done/<str:handoff_id>/csv", user_keys.create_csv, name="user-key-csv"),
    path(f"{_user}/keys/<str:key_id>/status", user_keys.status, name="user-key-status"),
    path(f"{_user}/keys/<str:key_id>/delete", user_keys.delete, name="user-key-delete"),
    path(
        f"{_user}/credentials/done/<str:handoff_id>",
        user_other_credentials.done,
        name="user-credential-done",
    ),
    path(
        f"{_user}/credentials/done/<str:handoff_id>/csv",
        user_other_credentials.done_csv,
        name="user-credential-csv",
    ),
    path(
        f"{_user}/credentials/<str:key>/add", user_other_credentials.add, name="user-credential-add"
    ),
    path(
        f"{_user}/credentials/<str:key>/<str:credential_id>/status",
        user_other_credentials.status,
        name="user-credential-status",
    ),
    path(
        f"{_user}/credentials/<str:key>/<str:credential_id>/delete",
        user_other_credentials.delete,
        name="user-credential-delete",
    ),
]
_group, _of_group = "iam/groups/<str:name>", {"kind": GROUP}
group_urls: list[URLPattern] = [
    path("iam/groups", groups.group_list_page, name="groups"),
    path("iam/create-group", create_group.create, name="create-group"),
    path("iam/create-group/<str:draft_id>", create_group.create, name="create-group-draft"),
    path(
        "iam/create-group/<str:draft_id>/discard",
        create_group.discard,
        name="create-group-discard",
    ),
    path("iam/create-group/<str:draft_id>/rest", group_parts.rest, name="create-group-rest"),
    path("iam/delete-groups", delete_groups.choose, name="delete-groups"),
    path("iam/delete-groups/<str:draft_id>", delete_groups.confirm, name="delete-groups-confirm"),
    path("iam/delete-groups/<str:draft_id>/done", delete_groups.result, name="delete-groups-done"),
    path(_group, groups.group, _of_group, name="group"),
    path(f"{_group}/permissions", groups.permissions, _of_group, name="group-permissions"),
    path(f"{_group}/users", group_members.members, _of_group, name="group-users"),
    path(f"{_group}/users/add", group_members.add, _of_group, name="group-users-add"),
    path(f"{_group}/member", group_members.member, _of_group, name="group-member"),
    path(f"{_group}/edit", groups.edit, _of_group, name="group-edit"),
    path(f"{_group}/delete", groups.delete, _of_group, name="group-delete"),
    path(f"{_user}/groups/add", group_members.join, name="user-groups-add"),
    *policies_of(GROUP),
]
