"""The site map, in named blocks. The SDK endpoint at `/` is answered before this is read."""

from django.urls import URLPattern, path, register_converter

from console.demo.urls import demo_urls
from console.general_urls import general_urls
from console.holders import GROUP, ROLE, USER, Kind
from console.jobs.urls import job_urls
from console.names import CUSTOM
from console.openid_urls import openid_provider_urls
from console.people_urls import people_urls
from console.role_urls import role_urls, session_urls
from console.saml_urls import saml_provider_urls
from console.views import (
    about,
    create_user,
    delete_groups,
    delete_user,
    events,
    explain,
    group_members,
    groups,
    holder_policies,
    inline_policies,
    last_accessed,
    my_mfa,
    my_passkeys,
    my_password,
    my_root,
    open_accounts,
    policies,
    policy_attachments,
    policy_editor,
    policy_services,
    policy_versions,
    providers,
    root_recovery,
    security_credentials,
    setup,
    signin,
    signin_stages,
    signout,
    simulator,
    user_credentials,
    user_keys,
    user_other_credentials,
    user_policies,
    users,
)
from console.views.policy_pages import Shelf
from federation.urls import federation_urls, openid_urls, saml_urls

register_converter(Shelf, "shelf")


entry_urls: list[URLPattern] = [
    path("healthz", about.healthz, name="health"),
    path("", signout.index, name="index"),
    path("console", signout.console_address),
    path(".well-known/change-password", signout.change_password_address),
]
setup_urls: list[URLPattern] = [
    path("setup", setup.start, name="setup"),
    path("setup/account", setup.account, name="setup-account"),
    path("setup/done", setup.done, name="setup-done"),
    path("setup/done/<str:handoff_id>", setup.done, name="setup-done-secret"),
]
signin_urls: list[URLPattern] = [
    path("sign-in", signin.chooser, name="sign-in"),
    path("sign-in/root", signin.root, name="sign-in-root"),
    path("sign-in/root/password", signin.root_password, name="sign-in-root-password"),
    path("sign-in/root/forgot", root_recovery.forgot, name="sign-in-root-forgot"),
    path("sign-in/root/reset/<str:token>", root_recovery.reset, name="sign-in-root-reset"),
    path("sign-in/mfa", signin_stages.device, name="sign-in-mfa"),
    path("sign-in/mfa/app", signin_stages.app, name="sign-in-mfa-app"),
    path("sign-in/mfa/key", signin_stages.key, name="sign-in-mfa-key"),
    path("sign-in/mfa/resync", signin_stages.resynchronize, name="sign-in-mfa-resync"),
    path("sign-in/mfa/recovery", signin_stages.recovery_code, name="sign-in-mfa-recovery"),
    path("sign-in/mfa/lost", signin_stages.lost_device, name="sign-in-mfa-lost"),
    path("sign-in/password", signin_stages.new_password, name="sign-in-password"),
    # Below the fixed words: an alias cannot be one of them.
    path("sign-in/<str:account>", signin.user, name="sign-in-user"),
    path("sign-out", signout.sign_out, name="sign-out"),
    path("signed-out", signout.signed_out, name="signed-out"),
    path("other-account", open_accounts.other_account, name="other-account"),
    path("open-accounts", open_accounts.open_accounts, name="open-accounts"),
    path("open-accounts/sign-out", open_accounts.sign_out_of_all, name="sign-out-of-all"),
    path("session-expired", signout.session_expired, name="session-expired"),
    path("help/forgot-password", signout.forgot_password, name="forgot-password"),
]


def _policies_of(kind: Kind) -> list[URLPattern]:
    """The pages about the rights of a user, a group or a role: one set of views for all."""
    at, given = f"iam/{kind.plural}/<str:name>", {"kind": kind}
    pages = [
        ("policies/attach", holder_policies.attach, "policy-attach"),
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
    path(_user, users.user, name="user"),
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
    *_policies_of(USER),
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
    path("iam/create-group", groups.create, name="create-group"),
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
    *_policies_of(GROUP),
]
_policy, _own = "iam/<shelf:shelf>/<str:name>", "iam/policies/<str:name>"
_ours = {"shelf": CUSTOM}
policy_urls: list[URLPattern] = [
    path("iam/policies", policies.policy_list_page, name="policies"),
    path("iam/create-policy", policy_editor.create, name="create-policy"),
    path("iam/check-policy", policy_editor.check, name="check-policy"),
    path(_policy, policies.policy, name="policy"),
    path(f"{_policy}/permissions", policies.permissions, name="policy-permissions"),
    path(f"{_policy}/permissions/<str:service>", policy_services.service, name="policy-service"),
    path(
        f"{_policy}/permissions/<str:service>/<str:action>",
        policy_services.action,
        name="policy-action",
    ),
    path(f"{_policy}/last-accessed", policy_services.accessed, name="policy-last-accessed"),
    path(f"{_policy}/attached", policy_attachments.attached, name="policy-attached"),
    path(f"{_policy}/attach", policy_attachments.attach, name="policy-attach"),
    path(f"{_policy}/versions", policy_versions.versions, name="policy-versions"),
    path(f"{_policy}/versions/<str:version>", policy_versions.version, name="policy-version"),
    path(f"{_policy}/versions/<str:version>/json", policies.download, name="policy-json"),
    path(f"{_own}/edit", policy_editor.edit, _ours, name="policy-edit"),
    path(
        f"{_own}/versions/<str:version>/make-default",
        policy_versions.make_default,
        _ours,
        name="policy-version-default",
    ),
    path(
        f"{_own}/versions/<str:version>/delete",
        policy_versions.delete,
        _ours,
        name="policy-version-delete",
    ),
    path(f"{_own}/tags", policies.tags, _ours, name="policy-tags"),
    path(f"{_own}/delete", policies.delete, _ours, name="policy-delete"),
]
provider_urls: list[URLPattern] = [
    path("iam/providers", providers.provider_list_page, name="providers"),
    *saml_provider_urls,
    *openid_provider_urls,
]
me_urls: list[URLPattern] = [
    path("me", security_credentials.me, name="me"),
    path("me/root", my_root.root, name="me-root"),
    path("me/root/name", my_root.name, name="me-root-name"),
    path("me/root/email", my_root.email, name="me-root-email"),
    path("me/root/email/code", my_root.email_code, name="me-root-email-code"),
    path("me/password", my_password.password, name="me-password"),
    path("me/mfa", security_credentials.mfa_devices, name="me-mfa"),
    path("me/mfa/add/app", my_mfa.add_app, name="me-mfa-add"),
    path("me/mfa/add/key", my_passkeys.add, name="me-mfa-add-key"),
    path("me/mfa/rename", my_passkeys.rename, name="me-mfa-rename"),
    path("me/mfa/remove", my_mfa.remove, name="me-mfa-remove"),
    path("me/mfa/recovery-codes", my_mfa.recovery_codes, name="me-recovery-codes"),
    path(
        "me/mfa/recovery-codes/done/<str:handoff_id>",
        my_mfa.recovery_codes_done,
        name="me-recovery-codes-done",
    ),
    path(
        "me/mfa/recovery-codes/done/<str:handoff_id>/text",
        my_mfa.recovery_codes_text,
        name="me-recovery-codes-text",
    ),
    path("me/keys", security_credentials.access_keys, name="me-keys"),
    path("me/keys/create", security_credentials.key_create, name="me-key-create"),
    path("me/keys/done/<str:handoff_id>", security_credentials.key_done, name="me-key-done"),
    path("me/keys/done/<str:handoff_id>/csv", security_credentials.key_csv, name="me-key-csv"),
    path("me/keys/<str:key_id>/status", security_credentials.key_status, name="me-key-status"),
    path("me/keys/<str:key_id>/delete", security_credentials.key_delete, name="me-key-delete"),
]
activity_urls: list[URLPattern] = [
    path("activity", events.activity, name="activity"),
    path("activity/download", events.download, name="activity-download"),
    path("activity/<uuid:event_id>", events.event, name="activity-event"),
]
explain_urls: list[URLPattern] = [
    path("iam/explain", explain.question, name="explain"),
    path("iam/explain/<uuid:call_id>", explain.call, name="explain-call"),
]
simulator_urls: list[URLPattern] = [
    path("iam/simulator", simulator.simulator, name="simulator"),
]

urlpatterns = [
    *entry_urls,
    *setup_urls,
    *openid_urls,
    *signin_urls,
    *federation_urls,
    *saml_urls,
    *general_urls,
    *people_urls,
    *user_urls,
    *group_urls,
    *role_urls,
    *_policies_of(ROLE),
    *policy_urls,
    *provider_urls,
    *me_urls,
    *session_urls,
    *activity_urls,
    *explain_urls,
    *simulator_urls,
    *job_urls,
    *demo_urls,
]

handler400 = "console.views.errors.bad_request"
handler403 = "console.views.errors.permission_denied"
handler404 = "console.views.errors.page_not_found"
handler500 = "console.views.errors.server_error"
