"""Service last accessed details: which services an entity may use, and when it last did.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_access-advisor.html
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from identity.calls import Call
from identity.errors import NoSuchEntity
from identity.models import AccessReport
from identity.operations import access_entities, access_reports, paging
from identity.operations.registry import operation

if TYPE_CHECKING:
    from mypy_boto3_iam import type_defs as t

    from identity.operations.registry import Result


@operation("iam", "GenerateServiceLastAccessedDetails", resource=access_entities.arn)
def generate_service_last_accessed_details(
    call: Call, params: t.GenerateServiceLastAccessedDetailsRequestTypeDef
) -> Result:
    """Make the report at once: the first Get… finds it complete."""
    entity = access_entities.find(call, params["Arn"])
    granularity = params.get("Granularity", "SERVICE_LEVEL")
    actions_too = granularity == "ACTION_LEVEL"
    job = AccessReport.objects.create(
        account=call.account,
        requester=call.caller.principal.unique_id,
        arn=params["Arn"],
        granularity=granularity,
        created_at=call.facts.at,
        services=access_reports.services(call, entity, actions_too=actions_too),
    )
    return {"JobId": str(job.id)}


@operation("iam", "GetServiceLastAccessedDetails")
def get_service_last_accessed_details(
    call: Call, params: t.GetServiceLastAccessedDetailsRequestTypeDef
) -> Result:
    job = _job(call)
    page = paging.page_of_few(call, job.services, member="ServicesLastAccessed")
    shown = [access_reports.read(service) for service in page["ServicesLastAccessed"]]
    head = _head(job) | {"JobType": job.granularity}
    return {**head, **page, "ServicesLastAccessed": shown}


@operation("iam", "GetServiceLastAccessedDetailsWithEntities")
def get_service_last_accessed_details_with_entities(
    call: Call, params: t.GetServiceLastAccessedDetailsWithEntitiesRequestTypeDef
) -> Result:
    """Who could use the service through the entity, the latest to do so first."""
    job, namespace = _job(call), params["ServiceNamespace"]
    found: list[Result] = []
    if any(service["ServiceNamespace"] == namespace for service in job.services):
        entity = access_entities.find(call, job.arn)
        found = access_reports.entities(call, entity, namespace)
    return {**_head(job), **paging.page_of_few(call, found, member="EntityDetailsList")}


def _job(call: Call) -> AccessReport:
    """The job, for who asked for it; of a role, whoever is in a session of it."""
    job_id, requester = call.params["JobId"], call.caller.principal.unique_id
    jobs = AccessReport.objects.filter(account=call.account, requester=requester)
    job = jobs.filter(pk=job_id).first() if _is_uuid(job_id) else None
    if job is None:
        raise NoSuchEntity(f"The job with ID {job_id} cannot be found.")
    return job


def _is_uuid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False


def _head(job: AccessReport) -> Result:
    times = {"JobCreationDate": job.created_at, "JobCompletionDate": job.created_at}
    return {"JobStatus": "COMPLETED", **times}
