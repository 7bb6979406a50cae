"""The pages of curation, below the admin's address."""

from django.urls import path

from codes.curation import list_view, unit_view, views

app_name = "curation"
UNIT = "<slug:model>/<int:pk>/<slug:field>/<slug:language>/"

urlpatterns = [
    path("", views.overview, name="overview"),
    path("list/", list_view.work_list, name="list"),
    path(UNIT, unit_view.unit_page, name="unit"),
    path(f"{UNIT}preview/", unit_view.preview, name="preview"),
]
