"""Service-linked roles: made for one service, which alone may assume and change them."""

from __future__ import annotations

import json
import re
import uuid
from typing import TYPE_CHECKING, NamedTuple

from django.utils.crypto import salted_hmac

from identity import arns
from identity.calls import Call
from identity.condition_keys import Keys
from identity.errors import InvalidInput, NoSuchEntity
from identity.models import Role
from identity.models.role import SERVICE_LINKED
from identity.operations import resources, roles
from identity.operations.registry import operation

if TYPE_CHECKING:
    from mypy_boto3_iam import type_defs as t

    from identity.operations.registry import Result

_LONGEST_NAME = 64
_TASK = re.compile(r"task(/aws-service-role/[\w+=,.@-]+)/([\w+=,.@-]+)/([0-9a-f-]{36})", re.ASCII)


class _Service(NamedTuple):
    """What follows `AWSServiceRoleFor` in the role's name, and whether a suffix may follow that."""

    name: str
    suffix: bool = False


# The services whose role names AWS documents; for others there is no name to give.
_SERVICES = {
    "access-analyzer.amazonaws.com": _Service("AccessAnalyzer"),
    "autoscaling.amazonaws.com": _Service("AutoScaling", suffix=True),
    "cloudtrail.amazonaws.com": _Service("CloudTrail"),
    "config.amazonaws.com": _Service("Config"),
    "ecs.amazonaws.com": _Service("ECS"),
    "eks.amazonaws.com": _Service("AmazonEKS"),
    "eks-nodegroup.amazonaws.com": _Service("AmazonEKSNodegroup"),
    "elasticache.amazonaws.com": _Service("ElastiCache"),
    "elasticbeanstalk.amazonaws.com": _Service("ElasticBeanstalk"),
    "elasticloadbalancing.amazonaws.com": _Service("ElasticLoadBalancing"),
    "guardduty.amazonaws.com": _Service("AmazonGuardDuty"),
    "lex.amazonaws.com": _Service("LexBots"),
    "ops.apigateway.amazonaws.com": _Service("APIGateway"),
    "organizations.amazonaws.com": _Service("Organizations"),
    "rds.amazonaws.com": _Service("RDS"),
    "redshift.amazonaws.com": _Service("Redshift"),
    "replication.dynamodb.amazonaws.com": _Service("DynamoDBReplication"),
    "securityhub.amazonaws.com": _Service("SecurityHub"),
    "spot.amazonaws.com": _Service("EC2Spot"),
    "sso.amazonaws.com": _Service("SSO"),
    "support.amazonaws.com": _Service("Support"),
    "trustedadvisor.amazonaws.com": _Service("TrustedAdvisor"),
}


def _path(service: str) -> str:
    return f"{SERVICE_LINKED}{service}/"


def _name(call: Call) -> str:
    service, suffix = call.params["AWSServiceName"], call.params.get("CustomSuffix")
    known = _SERVICES.get(service)
    name = f"AWSServiceRoleFor{known.name if known else ''}"
    return f"{name}_{suffix}" if suffix else name


def _new_role(call: Call) -> str:
    """The ARN that the role will have."""
    return arns.iam(call.account.id, "role", _name(call), _path(call.params["AWSServiceName"]))


def _service_name(call: Call) -> Keys:
    return {"iam:AWSServiceName": str(call.params["AWSServiceName"])}


@operation("iam", "CreateServiceLinkedRole", resource=_new_role, keys=_service_name)
def create_service_linked_role(
    call: Call, params: t.CreateServiceLinkedRoleRequestTypeDef
) -> Result:
    """The role has no policies: none of the services is here to use it."""
    _require_known_service(call)
    name = _name(call)
    if Role.objects.named(name).filter(account=call.account).exists():
        raise InvalidInput(
            f"Service role name {name} has been taken in this account, "
            "please try a different suffix."
        )
    role = Role.objects.create(
        account=call.account,
        name=name,
        path=_path(params["AWSServiceName"]),
        description=params.get("Description", ""),
        trust_policy=_trusting(params["AWSServiceName"]),
    )
    roles.count(call)
    return {"Role": roles.described([role])[0]}


def _require_known_service(call: Call) -> None:
    service, suffix = call.params["AWSServiceName"], call.params.get("CustomSuffix")
    known = _SERVICES.get(service)
    if known is None:
        raise InvalidInput(f"Service-linked roles of {service} are not known to this release.")
    if suffix and not known.suffix:
        raise InvalidInput(f"Custom suffix is not allowed for {service}")
    if len(_name(call)) > _LONGEST_NAME:
        raise InvalidInput(
            f"The role name {_name(call)} is longer than {_LONGEST_NAME} characters."
        )


def _trusting(service: str) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sts:AssumeRole",
    }
    document = {"Version": "2012-10-17", "Statement": [statement]}
    return json.dumps(document, separators=(",", ":"))


@operation("iam", "DeleteServiceLinkedRole", resource=resources.role)
def delete_service_linked_role(
    call: Call, params: t.DeleteServiceLinkedRoleRequestTypeDef
) -> Result:
    """Deleted at once, for no service here has resources that use it."""
    role = call.locked_role()
    if not role.is_service_linked:
        raise NoSuchEntity(f"The service-linked role with name {role.name} cannot be found.")
    role.delete()
    call.account.count(role_count=-1)
    return {"DeletionTaskId": _task(call, role.path.rstrip("/"), role.name)}


def _role_of_task(call: Call) -> str:
    """The ARN of the role that the task deletes, or of no role."""
    path = call.params["DeletionTaskId"].removeprefix("task").rpartition("/")[0]
    return f"arn:aws:iam::{call.account.id}:role{path}"


@operation("iam", "GetServiceLinkedRoleDeletionStatus", resource=_role_of_task)
def get_service_linked_role_deletion_status(
    call: Call, params: t.GetServiceLinkedRoleDeletionStatusRequestTypeDef
) -> Result:
    """Every task that was begun has succeeded; the ID itself proves that it was."""
    task = params["DeletionTaskId"]
    found = _TASK.fullmatch(task)
    if found is None:
        raise InvalidInput(f"The deletion task ID {task} is not valid.")
    if task != _task(call, found[1], found[2]):
        raise NoSuchEntity(f"The deletion task {task} cannot be found.")
    return {"Status": "SUCCEEDED"}


def _task(call: Call, path: str, name: str) -> str:
    """The deletion task's ID; its UUID is a keyed hash, so that tasks need not be stored."""
    hashed = salted_hmac("service-linked role deleted", f"{call.account.id}{path}/{name}")
    return f"task{path}/{name}/{uuid.UUID(bytes=hashed.digest()[:16], version=4)}"
