"""The page pieces: what they say to browsers and screen readers, and what they let through."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any

import pytest
from django import forms
from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.template import TemplateSyntaxError, engines
from django.test import RequestFactory
from django.utils.html import format_html

from console.forms import words

HOSTILE = "<script>alert(1)</script>\"'&"
ESCAPED = "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#x27;&amp;"


def rendered(source: str, **context: Any) -> str:
    """A template with our tags, white space folded."""
    template = engines["django"].from_string("{% load components formats %}" + source)
    return " ".join(template.render(context).split())


class NewUserForm(words.Form):
    name = forms.CharField(label="User name", help_text="1 to 64 letters")
    path = forms.CharField(label="Path", required=False)
    access = forms.ChoiceField(
        label="Access", widget=forms.RadioSelect, choices=[("0", "None"), ("1", "Password")]
    )
    change = forms.BooleanField(label="Ask for a new password", required=False)
    token = forms.CharField(widget=forms.HiddenInput)
    password = forms.CharField(label="Password", widget=forms.PasswordInput)


def sent(**data: str) -> NewUserForm:
    form = NewUserForm(data)
    form.is_valid()
    return form


# --- hostile values --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "source",
    [
        "{% panel value count=value description=value %}{{ value }}{% endpanel %}",
        "{% button value href=value disabled_reason='' %}",
        "{% button value disabled_reason=value %}",
        "{% submit value name=value value=value form=value formaction=value %}",
        "{% submit value disabled_reason=value %}",
        "{% alert 'warn' value %}{{ value }}{% endalert %}",
        "{% keyvalue %}{% item value %}{{ value }}{% enditem %}{% endkeyvalue %}",
        "{% table value %}<tbody><tr><td>{{ value }}</td></tr></tbody>{% endtable %}",
        "{% filter_bar value value hint=value name=value %}{% endfilter_bar %}",
        "{% empty value value %}{{ value }}{% endempty %}",
        "{% copy value value %}",
        "{% secret_box value value %}",
        "{% code value copy_label=value %}",
        "{% status 'ok' value %}",
        "{% time None none=value %}",
        "{% breadcrumbs value value value %}",
        "{% meter 1 2 value %}",
        "{{ value|short_arn }}{{ value|account_id }}{{ value|json_pretty }}",
        "{% pager page value %}",
        "{% tabs items value value %}",
    ],
)
def test_a_hostile_value_stays_text_wherever_it_is_put(source: str) -> None:
    page = SimpleNamespace(previous_url=HOSTILE, next_url=HOSTILE, first=HOSTILE, last=HOSTILE)
    items = [{"key": HOSTILE, "label": HOSTILE, "url": HOSTILE, "count": HOSTILE}]
    html = rendered(source, value=HOSTILE, page=page, items=items)
    assert "<script" not in html
    assert ESCAPED in html


def test_a_hostile_label_help_text_value_and_error_of_a_field_stay_text() -> None:
    class Form(words.Form):
        name = forms.CharField(label=HOSTILE, help_text=HOSTILE)

    form = Form({"name": HOSTILE})
    form.add_error("name", HOSTILE)
    form.add_error(None, HOSTILE)
    html = rendered("{% error_summary form %}{% field form.name %}", form=form)
    html += rendered("{% password_field form.name rules %}", form=form, rules=[{"text": HOSTILE}])
    assert "<script" not in html
    assert html.count(ESCAPED) >= 8


# --- fields ----------------------------------------------------------------------------------


def test_a_field_ties_its_hint_to_the_control() -> None:
    html = rendered("{% field form.name %}", form=NewUserForm())
    assert '<label for="id_name">User name</label>' in html
    assert 'id="id_name_helptext">1 to 64 letters' in html
    assert 'aria-describedby="id_name_helptext"' in html
    assert "aria-invalid" not in html


def test_a_wrong_field_is_marked_and_ties_hint_and_error_to_the_control() -> None:
    html = rendered("{% field form.name %}", form=sent())
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'id="id_name_error"' in html


def test_only_an_optional_field_says_what_it_is() -> None:
    assert "– optional" in rendered("{% field form.path %}", form=NewUserForm())
    assert "– optional" not in rendered("{% field form.name %}", form=NewUserForm())
    assert "– optional" not in rendered("{% field form.change %}", form=NewUserForm())


def test_radio_choices_are_a_fieldset_with_a_legend_and_their_error_tied_to_it() -> None:
    html = rendered("{% field form.access tiles=True %}", form=sent())
    assert "<legend>Access</legend>" in html
    assert '<fieldset class="field choices tiles field-bad" id="id_access_group"' in html
    assert 'aria-describedby="id_access_error"' in html


def test_a_checkbox_stands_before_its_label() -> None:
    html = rendered("{% field form.change %}", form=NewUserForm())
    assert html.index("<input") < html.index("<label")


def test_a_sent_password_never_comes_back() -> None:
    html = rendered("{% password_field form.password %}", form=sent(password="Tr0ub4dor&3"))
    assert "Tr0ub4dor" not in html


def test_the_show_button_waits_hidden_for_the_script_and_is_no_submit_button() -> None:
    html = rendered("{% password_field form.password %}", form=NewUserForm())
    button = html[html.index("<button") : html.index("</button>")]
    assert 'type="button"' in button
    assert 'data-reveal="id_password"' in button
    assert " hidden>" in button
    assert "Show<span" in button


def test_password_rules_describe_the_field_and_say_which_are_met() -> None:
    rules = [
        {"text": "At least 14 characters", "test": "length", "least": 14},
        {"text": "1 digit", "test": "digit", "met": True},
        "Not one of the last 5",
    ]
    html = rendered("{% password_field form.password rules %}", form=sent(), rules=rules)
    assert 'aria-describedby="id_password_error id_password_rules"' in html
    assert 'data-rule="length" data-least="14"' in html
    assert 'data-rule="digit" data-least="1" data-met="yes"' in html
    assert html.count("Met:</span>") == 1
    assert "Not one of the last 5" in html


# --- the error summary -----------------------------------------------------------------------


def test_the_summary_takes_focus_and_leads_to_every_wrong_field() -> None:
    html = rendered("{% error_summary form %}", form=sent(token="t"))
    assert 'role="alert" tabindex="-1" data-errors' in html
    assert "There are 3 problems" in html
    for target in ("id_name", "id_access_0", "id_password"):
        assert f'<a href="#{target}">' in html


def test_the_first_radio_button_has_the_id_that_the_summary_leads_to() -> None:
    assert 'id="id_access_0"' in rendered("{% field form.access %}", form=NewUserForm())


def test_an_error_of_a_hidden_field_is_told_without_a_link() -> None:
    form = sent(name="bo", access="0", password="x")
    html = rendered("{% error_summary form %}", form=form)
    assert "Fill this in." in html
    assert "<a" not in html


def test_a_single_error_of_the_whole_form_is_a_sentence_of_its_own() -> None:
    form = sent(name="bo", access="0", password="x", token="t")
    form.add_error(None, "We could not sign you in.")
    html = rendered("{% error_summary form %}", form=form)
    assert "<strong>We could not sign you in.</strong>" in html
    assert "problem" not in html


def test_a_form_that_was_not_sent_has_no_summary() -> None:
    assert rendered("{% error_summary form %}", form=NewUserForm()) == ""


# --- buttons and panels ----------------------------------------------------------------------


def test_a_button_is_a_link_and_a_submit_is_a_button() -> None:
    html = rendered("{% button 'Create user' href='/iam/create-user' kind='primary' %}")
    assert '<a class="btn btn-primary" href="/iam/create-user">Create user</a>' in html
    assert '<button class="btn btn-danger" type="submit">' in rendered(
        "{% submit 'Delete user' kind='danger' %}"
    )


@pytest.mark.parametrize("tag", ["button 'Create' href='/x'", "submit 'Create' name='do'"])
def test_what_may_not_be_used_says_why_and_does_nothing(tag: str) -> None:
    html = rendered("{% " + tag + " disabled_reason='Needs iam:CreateUser.' %}")
    assert 'aria-disabled="true"' in html
    assert "Needs iam:CreateUser." in html
    assert "href" not in html
    assert 'type="submit"' not in html


def test_a_misspelt_kind_fails_when_the_page_is_made() -> None:
    with pytest.raises(TemplateSyntaxError, match="kind `primray`"):
        rendered("{% button 'Create' href='/x' kind='primray' %}")


def test_a_panel_is_named_by_its_heading_and_holds_what_is_between_the_tags() -> None:
    html = rendered(
        "{% buttons as acts %}{% button 'Add' href='/a' %}{% endbuttons %}"
        "{% panel 'Access keys' count=0 actions=acts %}<p>body</p>{% endpanel %}"
    )
    assert 'aria-labelledby="panel-access-keys"' in html
    assert '<h2 id="panel-access-keys">Access keys <span class="count">(0)</span></h2>' in html
    assert '<a class="btn" href="/a">Add</a>' in html
    assert "<p>body</p>" in html


# --- lists -----------------------------------------------------------------------------------


def test_a_table_has_a_caption_and_scrolls_by_keyboard() -> None:
    html = rendered("{% table 'Users' %}<tbody></tbody>{% endtable %}")
    assert 'role="region" tabindex="0" aria-label="Table: Users"' in html
    assert '<caption class="sr">Users</caption>' in html


def test_the_first_page_offers_only_the_next() -> None:
    page = SimpleNamespace(previous_url="", next_url="?after=x", first=1, last=25)
    html = rendered("{% pager page %}", page=page)
    assert "Rows 1–25" in html
    assert 'rel="next" href="?after=x"' in html
    assert 'rel="prev"' not in html


def test_a_list_of_one_page_has_no_pager() -> None:
    page = SimpleNamespace(previous_url="", next_url="", first=1, last=3)
    assert rendered("{% pager page %}", page=page) == ""


def test_the_current_tab_is_said_and_not_only_coloured() -> None:
    items = [{"key": "a", "label": "A", "url": "/a", "count": 0}, {"key": "b", "label": "B"}]
    html = rendered("{% tabs items 'a' %}", items=items)
    assert '<a href="/a" aria-current="page">A <span class="count">(0)</span></a>' in html
    assert html.count("aria-current") == 1
    assert html.count("count") == 1


def test_breadcrumbs_end_in_text() -> None:
    html = rendered("{% breadcrumbs 'Users' '/iam/users' 'bob' %}")
    assert '<a href="/iam/users">Users</a>' in html
    assert '<span aria-current="page">bob</span>' in html


def test_a_breadcrumb_without_its_address_fails_when_the_page_is_made() -> None:
    with pytest.raises(ValueError, match="shorter"):
        rendered("{% breadcrumbs 'Users' 'bob' %}")


def test_an_empty_state_has_buttons_only_when_given() -> None:
    assert "actions" not in rendered("{% empty 'No users' 'None yet.' %} {% endempty %}")
    html = rendered("{% empty 'No users' %}{% button 'Create' href='/c' %}{% endempty %}")
    assert '<div class="actions"><a class="btn" href="/c">' in html


# --- values ----------------------------------------------------------------------------------


def test_a_missing_value_reads_as_a_dash_and_is_said_as_none() -> None:
    html = rendered("{% keyvalue %}{% item 'Path' %} {% enditem %}{% endkeyvalue %}")
    assert '<span aria-hidden="true">–</span><span class="sr">none</span>' in html


@pytest.mark.parametrize("kind", ["ok", "warn", "err", "info", "off", "busy"])
def test_a_status_is_an_icon_and_a_word(kind: str) -> None:
    html = rendered("{% status kind 'Active' %}", kind=kind)
    assert f'icons.svg#{kind}"' in html
    assert 'aria-hidden="true"' in html
    assert "<span>Active</span>" in html


def test_a_moment_is_relative_with_the_moment_in_utc_beside_it() -> None:
    two_hours_ago = datetime.now(timezone(timedelta(hours=2))) - timedelta(hours=2)
    html = rendered("{% time value %}", value=two_hours_ago)
    stamp = two_hours_ago.astimezone(UTC).isoformat(timespec="seconds")
    assert f'<time datetime="{stamp}" title="' in html
    assert ">2 hours ago</time>" in html
    assert html.count(" UTC") == 2


def test_an_absolute_moment_names_its_zone() -> None:
    html = rendered("{% time value 'absolute' %}", value=datetime(2026, 9, 22, 14, 5, tzinfo=UTC))
    assert html == '<time datetime="2026-09-22T14:05:00+00:00">22 Sep 2026, 14:05 UTC</time>'


def test_what_never_happened_says_never() -> None:
    assert rendered("{% time None %}") == "Never"
    assert rendered("{% time None none='Not recorded' %}") == "Not recorded"


def test_a_secret_is_folded_away_without_any_script() -> None:
    html = rendered("{% secret_box 'wJalr' 'Secret access key' %}")
    assert "<details><summary>Show" in html
    assert "<details open" not in html
    assert ">wJalr</output></details>" in html


def test_a_copy_button_names_what_it_copies_and_waits_for_the_script() -> None:
    html = rendered("{% copy '123456789012' 'account ID' %}")
    assert "<code data-source>123456789012</code>" in html
    assert "data-copy" in html
    assert " hidden>" in html
    assert '<span class="sr"> account ID</span>' in html


def test_a_meter_is_named_and_says_its_numbers() -> None:
    html = rendered("{% meter 8 10 'Managed policies' %}")
    assert 'aria-label="Managed policies"' in html
    assert "<span>8 of 10</span>" in html
    assert "<meter" not in rendered("{% meter 8 None %}")


# --- messages --------------------------------------------------------------------------------


def _flash(*found: Message) -> str:
    request = RequestFactory().get("/")
    request._messages = found  # type: ignore[attr-defined]  # what the middleware sets
    return rendered("{% flash %}", request=request)


def test_an_error_interrupts_and_a_success_waits_its_turn() -> None:
    html = _flash(Message(messages.SUCCESS, "Done"), Message(messages.ERROR, "Refused"))
    assert 'class="flash flash-ok" role="status"' in html
    assert 'class="flash flash-err" role="alert"' in html
    assert html.index("Refused") < html.index("Done")


def test_more_than_three_messages_fold_away() -> None:
    html = _flash(*(Message(messages.INFO, f"message {number}") for number in range(5)))
    assert "2 earlier messages" in html
    assert html.index("message 4") < html.index("<details") < html.index("message 1")


def test_a_message_is_text_unless_the_view_built_it_as_markup() -> None:
    assert "&lt;b&gt;" in _flash(Message(messages.INFO, "<b>bob</b>"))
    linked = format_html('<a href="/u">{}</a>', HOSTILE)
    html = _flash(Message(messages.INFO, linked))
    assert '<a href="/u">' in html
    assert "<script" not in html


def test_without_messages_there_is_no_empty_region() -> None:
    assert _flash() == ""
