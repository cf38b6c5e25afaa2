"""Every error that the models list for an answered action can be met, or it is written why not."""

from __future__ import annotations

from identity import errors
from identity.operations.registry import TABLE, Operation
from tests.house.reach import errors_of, reached

_CODES = {
    name: thing.code
    for name, thing in vars(errors).items()
    if isinstance(thing, type) and issubclass(thing, errors.AwsError)
}

# Codes that no action here can meet.
_NEVER = {
    "AccountNotManagementOrDelegatedAdministratorException": "no account is in an organization",
    "CallerIsNotManagementAccountException": "no account is in an organization",
    "EntityTemporarilyUnmodifiable": "a change is there at once: nothing waits for another",
    "ExpiredTokenException": "of ProvidedContexts, which are refused",
    "OpenIdIdpCommunicationError": "no provider is asked when it is made",
    "OrganizationNotInAllFeaturesModeException": "no account is in an organization",
    "PolicyEvaluation": "the engine decides every document that parses",
    "RegionDisabledException": "there are no regions to switch off",
    "ServiceAccessNotEnabledException": "no account is in an organization",
}

_ADDS_NOTHING = "nothing is added that a quota counts"

# Single ones, by code: the actions that cannot meet it, and why.
_NOT_HERE = {
    "DeleteConflict": {"DeleteServerCertificate": "no load balancer uses certificates"},
    "EntityAlreadyExists": {
        "AddRoleToInstanceProfile": "a second role is over the quota of one",
        "UploadSigningCertificate": "the same certificate again is DuplicateCertificate",
    },
    "InvalidInput": {
        "GetServiceLastAccessedDetails": "a job's ID is validated by its length alone",
        "ListAttachedGroupPolicies": "names and paths are validated before",
        "ListAttachedRolePolicies": "names and paths are validated before",
        "ListAttachedUserPolicies": "names and paths are validated before",
        "ListMFADeviceTags": "a serial number that is none belongs to no device",
        "UntagInstanceProfile": "keys that are not there are no mistake",
        "UntagMFADevice": "keys that are not there are no mistake",
    },
    "LimitExceeded": dict.fromkeys(
        [
            *("ChangePassword", "CreateAccountAlias", "CreateLoginProfile"),
            *("DeactivateMFADevice", "GenerateCredentialReport", "RemoveRoleFromInstanceProfile"),
            *("RemoveUserFromGroup", "ResyncMFADevice", "SetDefaultPolicyVersion"),
            *("UpdateAccessKey", "UpdateAccountPasswordPolicy", "UpdateGroup"),
            *("UpdateLoginProfile", "UpdateServerCertificate", "UpdateSigningCertificate"),
            "UpdateUser",
        ],
        _ADDS_NOTHING,
    ),
    "MalformedPolicyDocument": {"UpdateAccountPasswordPolicy": "it takes no document"},
    "NoSuchEntity": {
        "CreateGroup": "it names nothing that must be there",
        "CreateServiceLinkedRole": "a service that has no role is InvalidInput",
        "UpdateAccountPasswordPolicy": "it makes the policy where there is none",
    },
    "UnmodifiableEntity": {
        "RemoveRoleFromInstanceProfile": "no profile carries a role of a service",
        "UpdateRoleDescription": "the description of a service-linked role may change",
    },
    "UnrecognizedPublicKeyEncoding": {"GetSSHPublicKey": "the enumeration is validated before"},
}


def modelled(operation: Operation) -> set[str]:
    return {
        shape.metadata.get("error", {}).get("code", shape.name)
        for shape in operation.model.error_shapes
    }


def raised(operation: Operation) -> set[str]:
    """By the operation, by what comes before it and by the door; only changes meet another."""
    own = (operation.function, operation.resource, operation.prepare, operation.keys)
    found = {_CODES[name] for function in own if function for name in errors_of(function)}
    door = ["identity.gateway.guarded"]
    door += [] if operation.read_only else ["identity.gateway._write"]
    return found | {_CODES[name] for step in door for name in reached(step)}


def excused(operation: Operation, code: str) -> bool:
    if code == "LimitExceeded" and operation.name.startswith(("Delete", "Detach")):
        return True  # nothing is added
    return code in _NEVER or operation.name in _NOT_HERE.get(code, {})


def test_every_modelled_error_is_raised_or_it_is_written_why_not() -> None:
    missing = [
        (operation.name, code)
        for operation in TABLE.values()
        for code in sorted(modelled(operation) - raised(operation))
        if not excused(operation, code)
    ]
    assert missing == []


def test_no_excuse_is_kept_for_what_is_raised() -> None:
    names = {operation.name: operation for operation in TABLE.values()}
    stale = [
        (name, code)
        for code, excuses in _NOT_HERE.items()
        for name in excuses
        if code in raised(names[name]) or code not in modelled(names[name])
    ]
    assert stale == []


def test_what_a_function_names_is_found_through_what_it_calls() -> None:
    attach = TABLE["iam", "AttachUserPolicy"]
    assert {"PolicyNotAttachable", "LimitExceeded", "InvalidInput"} <= raised(attach)
    assert "DeleteConflict" not in raised(attach)
