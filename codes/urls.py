"""The public pages, below the language's prefix."""

from django.urls import path, register_converter

from codes import views
from codes.converters import ClassConverter, NumberConverter, RFCConverter

register_converter(NumberConverter, "number")
register_converter(ClassConverter, "class")
register_converter(RFCConverter, "rfc")

urlpatterns = [
    path("", views.all_codes, name="all_codes"),
    path("<class:digit>/", views.status_class, name="class"),
    path("<number:number>/", views.number, name="number"),
    path("table/", views.table, name="table"),
    path("rfc/<rfc:number>/", views.rfc, name="rfc"),
    path("specifications/", views.specifications, name="specifications"),
    path("specifications/<slug:slug>/", views.specification, name="specification"),
    path("origins/", views.origins, name="origins"),
    path("origins/<slug:slug>/", views.origin, name="origin"),
]
