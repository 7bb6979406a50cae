"""What states are called on pages."""

from django.utils.translation import gettext_lazy as _

from codes.curation.coverage import MISSING, STALE
from codes.models.curation import State

STATE_LABELS = {
    MISSING: _("missing"),
    State.DRAFT.value: State.DRAFT.label,
    State.REVIEW.value: State.REVIEW.label,
    STALE: _("stale"),
    State.APPROVED.value: State.APPROVED.label,
}
