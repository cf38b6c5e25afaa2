"""The policy engine: JSON documents and a request in, a decision out that can say why.

Pure: no rows, no clock, no network. Time, addresses and tags are values of the request's context.
"""

from identity.policy.document import UNREADABLE, load, parse, size
from identity.policy.evaluate import (
    Decision,
    Layer,
    LayerKind,
    Match,
    Outcome,
    Source,
    decide,
    matched_statements,
    root_layer,
)
from identity.policy.explain import reason, sentence
from identity.policy.places import Position, Span
from identity.policy.principals import Naming, Principal
from identity.policy.remedy import Remedy, remedy
from identity.policy.request import Request
from identity.policy.trace import Failure, LayerTrace, StatementTrace, Trace, trace
from identity.policy.values import Document, Kind, Statement

__all__ = [
    "UNREADABLE",
    "Decision",
    "Document",
    "Failure",
    "Kind",
    "Layer",
    "LayerKind",
    "LayerTrace",
    "Match",
    "Naming",
    "Outcome",
    "Position",
    "Principal",
    "Remedy",
    "Request",
    "Source",
    "Span",
    "Statement",
    "StatementTrace",
    "Trace",
    "decide",
    "load",
    "matched_statements",
    "parse",
    "reason",
    "remedy",
    "root_layer",
    "sentence",
    "size",
    "trace",
]
