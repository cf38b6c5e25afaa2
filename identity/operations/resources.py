"""On which ARN each action is authorised (the service authorization reference of IAM and STS)."""

from __future__ import annotations

from collections.abc import Callable

from identity import arns
from identity.calls import Call, is_policy_arn
from identity.errors import AccessDenied
from identity.models import AccessKey


def user(call: Call) -> str:
    """The named user's ARN with its path, or the caller's own; a missing user has the root path."""
    found = call.named_user
    return found.arn if found else arns.user(call.account.id, call.params["UserName"])


def new_user(call: Call) -> str:
    """The ARN that the user will have."""
    path = call.params.get("Path", "/")
    return arns.user(call.account.id, call.params["UserName"], path)


def renamed_user(call: Call) -> str:
    """The ARN that the named user will have after UpdateUser."""
    present = call.user()
    name = call.params.get("NewUserName", present.name)
    return arns.user(call.account.id, name, call.params.get("NewPath", present.path))


def users(call: Call) -> str:
    """All users under the path that is asked for."""
    return arns.user(call.account.id, "", call.params.get("PathPrefix", "/"))


def user_or_all_users(call: Call) -> str:
    """As `user`; every user's ARN at once where `AllUsers` is asked for."""
    return arns.user(call.account.id, "*") if call.params.get("AllUsers") else user(call)


def access_key_owner(call: Call) -> str:
    """The ARN of the user whose key it is."""
    return access_key(call).user.arn


def access_key(call: Call) -> AccessKey:
    """The key, with its user; AccessDenied for every key that is not of this account."""
    key_id = call.params["AccessKeyId"]
    keys = AccessKey.objects.filter(pk=key_id, user__account=call.account)
    key = keys.select_related("user__account").first()
    if key is None:
        raise AccessDenied(
            f"User: {call.caller.arn} is not authorized to perform: {call.permission} "
            f"on resource: access key {key_id}"
        )
    return key


def mfa_device(call: Call) -> str:
    """The serial number, which is an ARN."""
    return str(call.params["SerialNumber"])


def new_mfa_device(call: Call) -> str:
    """The serial number that the device will have."""
    path = call.params.get("Path", "/")
    return arns.mfa(call.account.id, call.params["VirtualMFADeviceName"], path)


def mfa_devices(call: Call) -> str:
    return arns.mfa(call.account.id, "")


def group(call: Call) -> str:
    """The named group's ARN with its path; a missing group has the root path."""
    found = call.named_group
    return found.arn if found else arns.iam(call.account.id, "group", call.params["GroupName"])


def renamed_group(call: Call) -> str:
    """The ARN that the named group will have after UpdateGroup."""
    present = call.group()
    name = call.params.get("NewGroupName", present.name)
    return arns.iam(call.account.id, "group", name, call.params.get("NewPath", present.path))


def role(call: Call) -> str:
    """The named role's ARN with its path; a missing role has the root path."""
    found = call.named_role
    return found.arn if found else arns.iam(call.account.id, "role", call.params["RoleName"])


def instance_profile(call: Call) -> str:
    """The named profile's ARN with its path; a missing profile has the root path."""
    found, name = call.named_instance_profile, call.params["InstanceProfileName"]
    return found.arn if found else arns.iam(call.account.id, "instance-profile", name)


def server_certificate(call: Call) -> str:
    """The named certificate's ARN with its path; a missing certificate has the root path."""
    found, name = call.named_server_certificate, call.params["ServerCertificateName"]
    return found.arn if found else arns.iam(call.account.id, "server-certificate", name)


def renamed_server_certificate(call: Call) -> str:
    """The ARN that the named certificate will have after UpdateServerCertificate."""
    present = call.server_certificate()
    name = call.params.get("NewServerCertificateName", present.name)
    path = call.params.get("NewPath", present.path)
    return arns.iam(call.account.id, "server-certificate", name, path)


def policy(call: Call) -> str:
    """The policy's ARN, as it was given; `*` for what is none, as only who may is told so."""
    arn = str(call.params["PolicyArn"])
    return arn if is_policy_arn(arn) else "*"


def new(kind: str, member: str) -> Callable[[Call], str]:
    """The ARN that what `member` names will have: `new("group", "GroupName")`."""

    def resource(call: Call) -> str:
        path = call.params.get("Path", "/")
        return arns.iam(call.account.id, kind, call.params[member], path)

    return resource


def under(kind: str) -> Callable[[Call], str]:
    """All of a kind under the path that is asked for: `under("group")`."""

    def resource(call: Call) -> str:
        return arns.iam(call.account.id, kind, "", call.params.get("PathPrefix", "/"))

    return resource
