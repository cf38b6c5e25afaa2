"""The site map, in named blocks. The SDK endpoint at `/` is answered before this is read."""

from django.urls import URLPattern, path, register_converter

from console.demo.urls import demo_urls
from console.general_urls import general_urls
from console.holder_urls import group_urls, policies_of, user_urls
from console.holders import ROLE
from console.jobs.urls import job_urls
from console.names import CUSTOM
from console.people_urls import people_urls
from console.provider_urls import provider_urls
from console.role_urls import role_urls, session_urls
from console.views import (
    about,
    events,
    explain,
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
    root_recovery,
    security_credentials,
    setup,
    signin,
    signin_stages,
    signout,
    simulator,
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
    path("sign-in/root/device/<str:token>", root_recovery.device, name="sign-in-root-device"),
    path(
        "sign-in/root/device/keep/<str:token>",
        root_recovery.keep_devices,
        name="sign-in-root-device-keep",
    ),
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
me_urls: list[URLPattern] = [
    path("me", security_credentials.me, name="me"),
    path("me/root", my_root.root, name="me-root"),
    path("me/root/keep-devices", my_root.keep_devices, name="me-root-keep-devices"),
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
    path("iam/simulator/saved", simulator.save, name="simulator-saved"),
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
    *policies_of(ROLE),
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
