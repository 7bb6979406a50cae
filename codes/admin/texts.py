"""What is mostly text: comparisons, the guide, the glossary, and where numbers come from."""

from django.contrib import admin

from codes.admin.localized import LocalizedAdmin
from codes.models import Comparison, GlossaryTerm, GuideAnswer, GuideStep, Origin


@admin.register(Origin)
class OriginAdmin(LocalizedAdmin):
    list_display = ["slug", "title", "public_page"]
    search_fields = ["slug", "title"]


@admin.register(Comparison)
class ComparisonAdmin(LocalizedAdmin):
    list_display = ["slug", "localized_name"]
    search_fields = ["slug"]
    filter_horizontal = ["codes"]


@admin.register(GuideStep)
class GuideStepAdmin(LocalizedAdmin):
    list_display = ["slug", "localized_name", "public_page"]
    search_fields = ["slug"]


@admin.register(GuideAnswer)
class GuideAnswerAdmin(LocalizedAdmin):
    list_display = ["step", "position", "slug", "next_step", "code", "localized_name"]
    list_display_links = ["slug"]
    list_select_related = ["step", "next_step", "code"]
    search_fields = ["slug", "step__slug", "=code__number"]
    autocomplete_fields = ["step", "next_step", "code"]


@admin.register(GlossaryTerm)
class GlossaryTermAdmin(LocalizedAdmin):
    list_display = ["slug", "localized_name"]
    search_fields = ["slug"]
