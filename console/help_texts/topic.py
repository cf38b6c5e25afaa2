"""What a help topic is."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Topic:
    """`actions` are those of the API; `pages` are names of the console's pages."""

    key: str
    title: Text
    text: tuple[Text, ...]
    actions: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        return " ".join(map(str, (self.title, *self.text, *self.actions)))
