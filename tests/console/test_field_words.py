"""Fields say in the console's words what to do about a wrong value."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.utils.datastructures import MultiValueDict

from console.forms import words


class Sample(words.Form):
    name = forms.CharField(max_length=3, error_messages={"required": "Enter a name."})
    path = forms.CharField(min_length=3)
    kind = forms.ChoiceField(choices=[("a", "A")])
    several = forms.MultipleChoiceField(choices=[("a", "A")])
    days = forms.IntegerField(max_value=9)
    file = forms.FileField(max_length=8)


def said(data: dict[str, Any], name: str = "key.pem") -> dict[str, list[str]]:
    files = MultiValueDict[str, UploadedFile]({"file": [SimpleUploadedFile(name, b"x")]})
    form = Sample(data, files)
    return {field: [str(one) for one in errors] for field, errors in form.errors.items()}


def test_what_is_missing_is_asked_for_and_a_forms_own_words_stay() -> None:
    assert said({}) == {
        "name": ["Enter a name."],
        "path": ["Fill this in."],
        "kind": ["Choose one."],
        "several": ["Choose one."],
        "days": ["Fill this in."],
    }


def test_what_is_wrong_is_told_with_its_figures() -> None:
    wrong = {"name": "dana", "path": "/x", "kind": "b", "several": ["b"], "days": "10"}
    another = "This is not one of the choices. Choose another one."
    assert said(wrong) == {
        "name": ["Use at most 3 characters; this has 4."],
        "path": ["Use at least 3 characters; this has 2."],
        "kind": [another],
        "several": [another],
        "days": ["Use 9 or less."],
    }


def test_a_file_name_that_is_too_long_is_told_in_the_fields_own_words() -> None:
    assert "at most 8 characters" in said({}, "long-name.pem")["file"][0]
