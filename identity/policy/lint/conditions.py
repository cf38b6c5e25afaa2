"""Checks of condition operators and keys, and of how the two go together."""

from __future__ import annotations

from collections.abc import Iterator

from identity.policy.catalogue import Catalogue, Service, ValueType
from identity.policy.limits import nearest_operator
from identity.policy.lint.reading import Condition, Statement
from identity.policy.lint.report import Check, Remark
from identity.policy.spelling import perhaps

_QUANTIFIERS = ("ForAllValues:", "ForAnyValue:")
_TAG_KEYS = ("aws:principaltag", "aws:requesttag", "aws:resourcetag", "iam:resourcetag")
_DEPRECATED = {"aws:sourceowner": "aws:SourceAccount"}
_AUDIENCE, _SUBJECT = ":aud", ":sub"
_FAMILIES: dict[ValueType, tuple[str, ...]] = {
    "ARN": ("Arn", "String"),
    "Bool": ("Bool",),
    "Date": ("Date", "Numeric"),
    "IPAddress": ("Ip", "NotIp"),
    "Numeric": ("Numeric",),
    "String": ("String",),
}
_OPERATORS = {
    "ARN": "ArnLike",
    "Bool": "Bool",
    "Date": "DateLessThan",
    "IPAddress": "IpAddress",
    "Numeric": "NumericEquals",
    "String": "StringEquals",
}
_PAIRED = {
    "aws:vpcsourceip": ("aws:SourceVpc", "aws:SourceVpce", "aws:SourceVpcArn"),
    "aws:ec2instancesourceprivateipv4": ("aws:Ec2InstanceSourceVpc",),
}


# --- operators ----------------------------------------------------------------------------------


def unknown_operator(statement: Statement) -> Iterator[Remark]:
    block = statement.element("Condition")
    seen = {str(condition.operator.value): condition for condition in statement.conditions}
    for name, member in (block.members() if block else {}).items():
        if name in seen and not _is_known(seen[name]):
            found = nearest_operator(name)
            hint = f", perhaps `{found}`" if found else ""
            yield Remark(member.name, f"Correct the operator: none is called `{name}`{hint}.")


def _is_known(condition: Condition) -> bool:
    named = condition.named
    return named.operator is not None and named.quantifier in ("", *_QUANTIFIERS)


def null_if_exists(condition: Condition) -> Iterator[Remark]:
    if condition.named.base == "Null" and condition.named.if_exists:
        yield Remark(condition.operator, "Write `Null`: it needs no `IfExists`, and takes none.")


def null_with_quantifier(condition: Condition) -> Iterator[Remark]:
    if condition.named.base == "Null" and condition.named.quantifier:
        yield Remark(condition.operator, "Write `Null` alone: it asks for the key, not for values.")


def no_quantifier(condition: Condition) -> Iterator[Remark]:
    named = condition.named
    if named.quantifier or named.base == "Null" or named.operator is None:
        return
    if condition.known and condition.known.multivalued:
        reason = f"`{condition.known.name}` has several values"
        message = f"Prefix the operator with `ForAnyValue:` or `ForAllValues:`: {reason}."
        yield Remark(condition.operator, message)


def all_values_of_one(condition: Condition) -> Iterator[Remark]:
    known = condition.known
    single = not known.multivalued if known else condition.name.endswith(_SUBJECT)
    if condition.named.quantifier == "ForAllValues:" and single:
        message = "Remove `ForAllValues:`: it holds for a request without the key."
        yield Remark(condition.operator, message)


def audience_with_quantifier(condition: Condition) -> Iterator[Remark]:
    if condition.named.quantifier and condition.name.endswith(_AUDIENCE):
        message = "Make sure that the provider sends a list of audiences; one needs no prefix."
        yield Remark(condition.operator, message)


def wildcard_without_like(condition: Condition) -> Iterator[Remark]:
    base = condition.named.base
    if not base.startswith("String") or base.endswith("Like"):
        return
    for value in condition.strings:
        text = str(value.value)
        if ("*" in text or "?" in text) and "${" not in text:
            yield Remark(value, f"Use a `Like` operator: to `{base}` a wildcard is plain text.")


# --- keys ---------------------------------------------------------------------------------------


def odd_key(condition: Condition) -> Iterator[Remark]:
    prefix, colon, name = condition.name.partition(":")
    if not (prefix and colon and name):
        yield Remark(condition.key, "Write the key as `service:name`, such as `aws:SourceIp`.")


def unknown_global_key(condition: Condition) -> Iterator[Remark]:
    name = condition.name
    if not name.startswith("aws:") or name in _DEPRECATED or _lacks_tag(name):
        return
    if condition.known is None:
        known = condition.statement.policy.known
        message = f"Correct the key: no global key is called `{condition.key.value}`"
        hint = perhaps(name.partition("/")[0], _global_names(known))
        yield Remark(condition.key, f"{message}{hint}.")


def _global_names(known: Catalogue) -> list[str]:
    return [key.name.partition("/")[0] for key in known.global_keys.values()]


def unknown_service_key(condition: Condition) -> Iterator[Remark]:
    prefix = condition.name.partition(":")[0]
    service = condition.statement.policy.known.services.get(prefix)
    if service is None or not _describes_keys(service) or condition.known is not None:
        return
    if not _lacks_tag(condition.name):
        names = [key.name.partition("/")[0] for key in service.condition_keys.values()]
        message = f"Correct the key: `{prefix}` has no `{condition.key.value}`"
        yield Remark(condition.key, f"{message}{perhaps(condition.name, names)}.")


def _describes_keys(service: Service) -> bool:
    return service.described and bool(service.condition_keys)


def _lacks_tag(name: str) -> bool:
    return name.removesuffix("/") in _TAG_KEYS


def missing_tag_key(condition: Condition) -> Iterator[Remark]:
    if _lacks_tag(condition.name):
        yield Remark(condition.key, "Name the tag after a slash, as in `aws:PrincipalTag/team`.")


def deprecated_key(condition: Condition) -> Iterator[Remark]:
    if condition.name in _DEPRECATED:
        yield Remark(condition.key, f"Use `{_DEPRECATED[condition.name]}` instead.")


def wrong_family(condition: Condition) -> Iterator[Remark]:
    base, known = condition.named.base, condition.known
    if known is None or condition.named.operator is None or base in ("Null", "BinaryEquals"):
        return
    if not base.startswith(_FAMILIES[known.type]):
        message = f"Use an operator for its type, such as `{_OPERATORS[known.type]}`: "
        yield Remark(condition.operator, f"{message}`{known.name}` is of type {known.type}.")


def keys_alike(statement: Statement) -> Iterator[Remark]:
    seen: set[tuple[object, str]] = set()
    for condition in statement.conditions:
        one = (condition.operator.value, condition.name)
        if one in seen:
            message = "Join the values of both lines: keys do not differ by capital letters."
            yield Remark(condition.key, message)
        seen.add(one)


def unpaired_key(statement: Statement) -> Iterator[Remark]:
    for condition in statement.conditions:
        partners = _PAIRED.get(condition.name, ())
        if partners and not any(partner.lower() in statement.keys for partner in partners):
            message = f"Compare `{partners[0]}` too: private addresses repeat in every network."
            yield Remark(condition.key, message)


# --- tags that a resource cannot have -----------------------------------------------------------


def _untagged(statement: Statement) -> Iterator[Remark]:
    tags = [one for one in statement.conditions if one.name.startswith("aws:resourcetag/")]
    known = statement.policy.known
    for node in statement.texts("Action") if tags else ():
        action = known.action(str(node.value))
        service = known.services.get(str(node.value).partition(":")[0].lower())
        if action is None or service is None or not service.described:
            continue
        types = [service.resource_types.get(name) for name, _ in action.resource_types]
        keys = [
            *action.condition_keys,
            *(key for type_ in types if type_ for key in type_.condition_keys),
        ]
        if not any(key.lower().startswith("aws:resourcetag/") for key in keys):
            message = f"Move `{node.value}` to a statement without `{tags[0].key.value}`: "
            yield Remark(node, f"{message}what it is about has no tags.")


def untagged_in_deny(statement: Statement) -> Iterator[Remark]:
    return _untagged(statement) if statement.denies else iter(())


def untagged_in_allow(statement: Statement) -> Iterator[Remark]:
    return _untagged(statement) if statement.allows else iter(())


ON_STATEMENTS = (
    Check("ERROR", "INVALID_CONDITION_OPERATOR", unknown_operator),
    Check("ERROR", "DUPLICATE_KEYS_WITH_DIFFERENT_CASE", keys_alike),
    Check("SECURITY_WARNING", "MISSING_PAIRED_CONDITION_KEYS", unpaired_key),
    Check(
        "SECURITY_WARNING",
        "DENY_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE",
        untagged_in_deny,
    ),
    Check("SUGGESTION", "ALLOW_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE", untagged_in_allow),
)
ON_CONDITIONS = (
    Check("ERROR", "INVALID_CONDITION_KEY_FORMAT", odd_key),
    Check("ERROR", "INVALID_GLOBAL_CONDITION_KEY", unknown_global_key),
    Check("ERROR", "INVALID_SERVICE_CONDITION_KEY", unknown_service_key),
    Check("ERROR", "MISSING_TAG_KEY_IN_CONDITION", missing_tag_key),
    Check("ERROR", "NULL_WITH_IF_EXISTS", null_if_exists),
    Check("ERROR", "MISSING_QUALIFIER", no_quantifier),
    Check("SECURITY_WARNING", "FOR_ALL_VALUES_WITH_SINGLE_VALUED_KEY", all_values_of_one),
    Check("WARNING", "WILDCARD_WITHOUT_LIKE_OPERATOR", wildcard_without_like),
    Check("WARNING", "TYPE_MISMATCH", wrong_family),
    Check("WARNING", "DEPRECATED_GLOBAL_CONDITION_KEY", deprecated_key),
    Check("SUGGESTION", "NULL_WITH_QUALIFIER", null_with_quantifier),
    Check("SUGGESTION", "CONFIRM_AUDIENCE_CLAIM_TYPE", audience_with_quantifier),
)
