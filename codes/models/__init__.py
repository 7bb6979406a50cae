"""The reference as models. Every row has a natural key; the database's own ids never leave it."""

from codes.models.comparison import Comparison
from codes.models.curation import Comment, Dismissal, Outline, Signature, TextChange, TextState
from codes.models.exchange import BaseFile, Conflict, Import, Source
from codes.models.glossary import GlossaryTerm
from codes.models.guide import GuideAnswer, GuideStep
from codes.models.header import HeaderField, HeaderFieldUse
from codes.models.naming import Alias, Ecosystem, Symbol
from codes.models.origin import Origin
from codes.models.specification import Reference, Specification
from codes.models.status_class import StatusClass
from codes.models.status_code import StatusCode

__all__ = [
    "Alias",
    "BaseFile",
    "Comment",
    "Comparison",
    "Conflict",
    "Dismissal",
    "Ecosystem",
    "GlossaryTerm",
    "GuideAnswer",
    "GuideStep",
    "HeaderField",
    "HeaderFieldUse",
    "Import",
    "Origin",
    "Outline",
    "Reference",
    "Signature",
    "Source",
    "Specification",
    "StatusClass",
    "StatusCode",
    "Symbol",
    "TextChange",
    "TextState",
]
