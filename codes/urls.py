"""The public pages, below the language's prefix."""

from django.urls import path, register_converter

from codes.converters import ClassConverter, NumberConverter, RFCConverter
from codes.views import advice, changes, find, preview, reference

register_converter(NumberConverter, "number")
register_converter(ClassConverter, "class")
register_converter(RFCConverter, "rfc")

urlpatterns = [
    path("", reference.all_codes, name="all_codes"),
    path("<class:digit>/", reference.status_class, name="class"),
    path("<number:number>/", reference.number, name="number"),
    path("table/", reference.table, name="table"),
    path("rfc/<rfc:number>/", reference.rfc, name="rfc"),
    path("specifications/", reference.specifications, name="specifications"),
    path("specifications/<slug:slug>/", reference.specification, name="specification"),
    path("origins/", reference.origins, name="origins"),
    path("origins/<slug:slug>/", reference.origin, name="origin"),
    path("compare/", advice.comparisons, name="comparisons"),
    path("compare/<slug:slug>/", advice.comparison, name="comparison"),
    path("guide/", advice.guide, name="guide"),
    path("guide/<slug:slug>/", advice.guide_step, name="guide_step"),
    path("guide/<slug:step>/<slug:slug>/", advice.guide_answer, name="guide_answer"),
    path("glossary/", advice.glossary, name="glossary"),
    path("preview/<str:token>/", preview.preview, name="preview"),
    path("search/", find.search, name="search"),
    path("changes.atom", changes.atom, name="changes_atom"),
    path("changes.json", changes.json_feed, name="changes_json"),
    path("opensearch.xml", find.opensearch, name="opensearch"),
]
