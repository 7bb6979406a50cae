"""What requests may ask for in their query."""

from typing import Annotated, Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Schema
from ninja.errors import ValidationError
from pydantic import AfterValidator, ValidationInfo, model_validator

from codes.localized import shown_languages
from codes.models.status_code import Registration


def known_language(code: str) -> str:
    if code not in shown_languages():
        raise ValueError(_("one of: {languages}").format(languages=", ".join(shown_languages())))
    return code


Language = Annotated[str, AfterValidator(known_language), Field(description="language of the texts")]


class Parameters(Schema):
    """Query parameters; one that does not exist is an error, not ignored."""

    lang: Language = settings.LANGUAGE_CODE

    @model_validator(mode="before")
    @classmethod
    def refuse_unknown(cls, values: Any, info: ValidationInfo) -> Any:
        known = {field.alias or name for name, field in cls.model_fields.items()}
        if unknown := sorted(set(info.context["request"].GET) - known if info.context else ()):
            message = _("unknown parameters: {names}; known are: {known}")
            raise ValueError(message.format(names=", ".join(unknown), known=", ".join(sorted(known))))
        return values


def refuse_parameters(request: HttpRequest) -> None:
    """Raise ValidationError for a request with any parameter, where there are none."""
    if request.GET:
        names = ", ".join(sorted(request.GET))
        raise ValidationError(
            [{"loc": ["query"], "msg": _("there are no parameters here: {names}").format(names=names)}]
        )


class SearchParameters(Parameters):
    q: Annotated[str, Field(description="what is looked for; cut to 200 characters")] = ""
    limit: Annotated[int, Field(ge=1, le=50, description="how many meanings at most")] = 10


class CodesParameters(Parameters):
    class_: Annotated[str | None, Field(alias="class", pattern="^[1-5](xx)?$")] = None
    origin: Annotated[str | None, Field(pattern="^[-a-z0-9]+$", max_length=60)] = None
    registration: Registration | None = None
    cacheable: Annotated[bool | None, Field(description="heuristically cacheable")] = None
    rfc: Annotated[int | None, Field(ge=1, le=99999, description="number of an RFC that speaks of the code")] = None
    full: Annotated[bool, Field(description="with the long texts")] = False
