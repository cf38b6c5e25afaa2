"""OpenID Connect providers: issuers whose tokens an account takes, for the client IDs it lists.

Nothing is fetched here. An issuer is asked for its keys when a token of it comes; thumbprints that
are left out stay out, and its certificate has to be one that the host's authorities vouch for.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from federation.models import OidcKeySet, OidcProvider
from federation.oidc import issuer
from federation.operations import resources
from identity import authorization, quotas
from identity.calls import Call
from identity.errors import EntityAlreadyExists, InvalidInput
from identity.operations import row_tags, tags
from identity.operations.registry import operation

if TYPE_CHECKING:
    from mypy_boto3_iam import type_defs as t

    from identity.operations.registry import Result


def _may_tag(call: Call) -> None:
    """Tags at creation are a second permission."""
    if call.params.get("Tags"):
        resource = resources.new_oidc_provider(call)
        authorization.require(call, resource, "iam:TagOpenIDConnectProvider")


@operation(
    "iam", "CreateOpenIDConnectProvider", resource=resources.new_oidc_provider, prepare=_may_tag
)
def create_open_id_connect_provider(
    call: Call, params: t.CreateOpenIDConnectProviderRequestTypeDef
) -> Result:
    url, given = _name(params["Url"]), list(params.get("Tags", []))
    tags.check(given, ignoring_case=False)
    if OidcProvider.objects.filter(account=call.account, url=url).exists():
        raise EntityAlreadyExists(f"Provider with url {issuer.SCHEME}{url} already exists.")
    provider = OidcProvider.objects.create(
        account=call.account,
        url=url,
        client_ids=_client_ids(params.get("ClientIDList", [])),
        thumbprints=_thumbprints(params.get("ThumbprintList", [])),
        tags=given,
    )
    quotas.require_room(
        call.account,
        OidcProvider.objects.filter(account=call.account),
        "OpenIdConnectProvidersPerAccount",
    )
    shown = {"OpenIDConnectProviderArn": provider.arn}
    return {**shown, "Tags": given} if given else shown


@operation("iam", "GetOpenIDConnectProvider", resource=resources.oidc_provider)
def get_open_id_connect_provider(
    call: Call, params: t.GetOpenIDConnectProviderRequestTypeDef
) -> Result:
    provider = resources.oidc_of(call)
    return {
        "Url": provider.url,
        "ClientIDList": provider.client_ids,
        "ThumbprintList": provider.thumbprints,
        "CreateDate": provider.created_at,
        "Tags": row_tags.in_order(provider),
    }


@operation("iam", "ListOpenIDConnectProviders")
def list_open_id_connect_providers(call: Call, params: dict[str, Any]) -> Result:
    """All at once: the quota keeps them few."""
    providers = OidcProvider.objects.filter(account=call.account).order_by("url")
    return {"OpenIDConnectProviderList": [{"Arn": provider.arn} for provider in providers]}


@operation("iam", "DeleteOpenIDConnectProvider", resource=resources.oidc_provider)
def delete_open_id_connect_provider(
    call: Call, params: t.DeleteOpenIDConnectProviderRequestTypeDef
) -> None:
    """Roles that trust it keep their trust in its ARN."""
    resources.oidc_of(call, locked=True).delete()


@operation("iam", "AddClientIDToOpenIDConnectProvider", resource=resources.oidc_provider)
def add_client_id_to_open_id_connect_provider(
    call: Call, params: t.AddClientIDToOpenIDConnectProviderRequestTypeDef
) -> None:
    """One that is there already is no error."""
    provider = resources.oidc_of(call, locked=True)
    provider.client_ids = _client_ids([*provider.client_ids, params["ClientID"]])
    provider.save(update_fields=["client_ids"])


@operation("iam", "RemoveClientIDFromOpenIDConnectProvider", resource=resources.oidc_provider)
def remove_client_id_from_open_id_connect_provider(
    call: Call, params: t.RemoveClientIDFromOpenIDConnectProviderRequestTypeDef
) -> None:
    """One that is not there is no error."""
    provider = resources.oidc_of(call, locked=True)
    provider.client_ids = [known for known in provider.client_ids if known != params["ClientID"]]
    provider.save(update_fields=["client_ids"])


@operation("iam", "UpdateOpenIDConnectProviderThumbprint", resource=resources.oidc_provider)
def update_open_id_connect_provider_thumbprint(
    call: Call, params: t.UpdateOpenIDConnectProviderThumbprintRequestTypeDef
) -> None:
    """Replace the whole list."""
    if not params["ThumbprintList"]:
        raise InvalidInput("Thumbprint list must contain at least one entry.")
    provider = resources.oidc_of(call, locked=True)
    provider.thumbprints = _thumbprints(params["ThumbprintList"])
    provider.save(update_fields=["thumbprints"])
    OidcKeySet.objects.filter(provider=provider).update(tried_at=None)  # it may answer now


def _name(url: str) -> str:
    try:
        return issuer.without_scheme(url)
    except issuer.IssuerError as problem:
        raise InvalidInput(f"Invalid Open ID Connect Provider URL: {problem}.") from problem


def _client_ids(given: Sequence[str]) -> list[str]:
    """Each once, in the order given; LimitExceeded for more than 100."""
    unique = list(dict.fromkeys(given))
    if not all(client_id.isprintable() for client_id in unique):
        raise InvalidInput("A client ID must not contain control characters.")
    if len(unique) > quotas.CLIENT_IDS_PER_OIDC_PROVIDER:
        limit = quotas.CLIENT_IDS_PER_OIDC_PROVIDER
        raise quotas.exceeded("ClientIdsPerOpenIdConnectProvider", limit)
    return unique


def _thumbprints(given: Sequence[str]) -> list[str]:
    """In lower case, as they are compared; what is no hexadecimal number simply fits nothing."""
    limit = quotas.THUMBPRINTS_PER_OIDC_PROVIDER
    if len(given) > limit:
        raise InvalidInput(f"Thumbprint list must contain fewer than {limit} entries.")
    return [thumbprint.lower() for thumbprint in given]
