"""The account's password rules, as a page lists them and as password managers read them."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from identity.passwords import Rules

# Our rule's name: what `app.js` counts, what `passwordrules` calls it, and the sentence.
_KINDS = {
    "uppercase letter": ("upper", "upper", gettext_lazy("At least one upper case letter")),
    "lowercase letter": ("lower", "lower", gettext_lazy("At least one lower case letter")),
    "number": ("digit", "digit", gettext_lazy("At least one digit")),
    "symbol": ("symbol", "special", gettext_lazy("At least one symbol")),
}


def listed(rules: Rules) -> list[dict[str, str | int]]:
    """For `{% password_field field rules %}`: each rule's text, and how the page can test it."""
    least = rules.minimum_length
    shown: list[dict[str, str | int]] = [
        {
            "text": ngettext("At least %d character", "At least %d characters", least) % least,
            "test": "length",
            "least": least,
        }
    ]
    shown += [{"text": str(_KINDS[kind][2]), "test": _KINDS[kind][0]} for kind in rules.required]
    if rules.kinds:
        text = _("At least %d of these: upper case letters, lower case letters, digits, symbols")
        shown.append({"text": text % rules.kinds})
    if rules.unlike:
        shown.append({"text": _("Not the account name, its e-mail address or the user name")})
    if rules.reuse_prevention:
        last = rules.reuse_prevention
        text = ngettext("Not the last %d password", "None of the last %d passwords", last)
        shown.append({"text": text % last})
    return shown


def for_managers(rules: Rules) -> str:
    """The `passwordrules` attribute, from which password managers make a fitting password."""
    kinds = rules.required or (tuple(_KINDS)[: rules.kinds])
    wanted = [f"minlength: {rules.minimum_length}", "maxlength: 128"]
    return "; ".join(wanted + [f"required: {_KINDS[kind][1]}" for kind in kinds]) + ";"
