"""The SDK endpoint: AWS Query in, XML out, at the server's root. It never looks at cookies."""

from __future__ import annotations

import logging
import uuid

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.request import RawPostDataException, UnreadablePostError

from identity import audit, authentication, authorization_messages, gateway, unsigned
from identity.calls import Call
from identity.errors import (
    AccessDenied,
    AwsError,
    ExpiredToken,
    InternalFailure,
    InvalidAction,
    LengthRequired,
    MethodNotAllowed,
    RequestTooLarge,
    ServiceUnavailable,
    UnsupportedMediaType,
)
from identity.facts import facts_of, source_ip
from identity.unsigned import Unsigned
from identity.wire import form, query, spec, xml
from identity.wire.sigv4 import Wire

logger = logging.getLogger(__name__)

BODY_LIMIT = 1024 * 1024
_FORM = "application/x-www-form-urlencoded"
_FAULT = "http://webservices.amazon.com/AWSFault/2005-15-09"
_AUTH_PARAMETERS = "X-Amz-"


def is_for_endpoint(request: HttpRequest) -> bool:
    """Whether an SDK is speaking: POST to the root, or GET with a signature or an Action."""
    if request.path != "/":
        return False
    given = request.META.get("QUERY_STRING", "")
    return (
        request.method == "POST"
        or request.META.get("HTTP_AUTHORIZATION", "").startswith("AWS4")
        or "HTTP_X_AMZ_TARGET" in request.META
        or "Action=" in given
        or "X-Amz-" in given
    )


def endpoint(request: HttpRequest) -> HttpResponse:
    """Answer one call; whatever fails becomes an AWS error, never a traceback."""
    request_id = str(uuid.uuid4())
    try:
        body = _answer(request, request_id)
    except AwsError as problem:
        return _refusal(request, problem, request_id)
    except OperationalError:
        logger.exception("the database did not take a call")
        busy = ServiceUnavailable("The database is busy. Try again.")
        return _refusal(request, busy, request_id)
    except Exception:
        logger.exception("a call failed outside its operation")
        return _refusal(request, InternalFailure("The request processing has failed."), request_id)
    return _response(body, 200, request_id)


def _answer(request: HttpRequest, request_id: str) -> bytes:
    wire = _wire(request)
    fields = _fields(wire)
    action, version = fields.pop("Action", ""), fields.pop("Version", "")
    service, model = spec.find(version, action)
    if unsigned.is_unsigned(model):
        params = query.parse(model.input_shape, fields)
        facts = facts_of(request, request_id=request_id)
        result = unsigned.perform(Unsigned(service, model.name, params, facts))
        return xml.response(model, result, request_id)
    try:
        caller, signed = authentication.caller_of(wire, service, source_ip(request))
    except ExpiredToken as problem:
        facts = facts_of(request, request_id=request_id)
        audit.refused(Call(problem.caller, service, model.name, {}, facts), problem)
        raise
    call = Call(caller, service, model.name, {}, facts_of(request, signed.region, request_id))
    try:
        call.params = query.parse(model.input_shape, fields)
    except AwsError as problem:
        audit.refused(call, problem)
        raise
    return xml.response(model, gateway.perform(call), request_id)


def _wire(request: HttpRequest) -> Wire:
    """The request as it was signed. A body of unknown length is refused, not taken as empty."""
    if request.method not in ("GET", "POST"):
        raise MethodNotAllowed("Only GET and POST are answered here.")
    if request.META.get("HTTP_TRANSFER_ENCODING"):
        raise LengthRequired("You must provide the Content-Length HTTP header.")
    return Wire(
        method=request.method,
        path="/",
        query=request.META.get("QUERY_STRING", ""),
        headers=_headers(request),
        body=_body(request),
    )


def _headers(request: HttpRequest) -> dict[str, str]:
    """Lower-case names; WSGI keeps two headers without the HTTP_ prefix, and SDKs sign them."""
    headers = {
        name[5:].replace("_", "-").lower(): value
        for name, value in request.META.items()
        if name.startswith("HTTP_")
    }
    for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if request.META.get(name):
            headers[name.replace("_", "-").lower()] = request.META[name]
    return headers


def _body(request: HttpRequest) -> bytes:
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isascii() or not length.isdigit() or int(length) > BODY_LIMIT:
        raise RequestTooLarge(f"The request is larger than {BODY_LIMIT} bytes.")
    try:
        return request.body
    except (UnreadablePostError, RawPostDataException) as problem:
        raise ServiceUnavailable("The request was cut off.") from problem


def _fields(wire: Wire) -> dict[str, str]:
    """Query and body parameters together; one name twice is refused, so that none is guessed."""
    pairs = form.read(wire.query)
    if wire.method == "POST" and wire.body:
        if wire.headers.get("content-type", "").split(";")[0].strip().lower() != _FORM:
            raise UnsupportedMediaType(f"The content type must be {_FORM}.")
        pairs = pairs + form.read(wire.body)
    return {
        name: value
        for name, value in form.single(pairs).items()
        if not name.startswith(_AUTH_PARAMETERS)
    }


def _refusal(request: HttpRequest, problem: AwsError, request_id: str) -> HttpResponse:
    """Errors carry the namespace of the service that was asked, where that is known."""
    namespace = _FAULT if type(problem) is InvalidAction else _namespace(request)
    body = xml.error(
        problem.code, problem.message, problem.sender, request_id, namespace, _encoded(problem)
    )
    response = _response(body, problem.status, request_id)
    if problem.status == 503:
        response["Retry-After"] = "1"
    return response


def _encoded(problem: AwsError) -> str:
    decision = problem.decision if isinstance(problem, AccessDenied) else None
    return authorization_messages.encoded(decision) if decision else ""


def _namespace(request: HttpRequest) -> str:
    """By the version that was named; an `=` inside a value is escaped and does not look like it."""
    given = request.META.get("QUERY_STRING", "").encode() + getattr(request, "_body", b"")
    service = "sts" if b"Version=2011-06-15" in given else "iam"
    return str(spec.model(service).metadata["xmlNamespace"])


def _response(body: bytes, status: int, request_id: str) -> HttpResponse:
    response = HttpResponse(body, status=status, content_type="text/xml")
    response["x-amzn-RequestId"] = request_id
    response["Content-Length"] = str(len(body))  # else it goes out in chunks
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
