from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.contrib.sitemaps.views import sitemap
from django.urls import include, path, re_path

from codes import errors
from codes.api.views import api
from codes.sitemaps import SITEMAPS
from codes.views import start

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.server_error

urlpatterns = [
    path("", start.choose_language, name="choose_language"),
    re_path(r"^(?P<number>[0-9]{3})/?$", start.choose_language_of_number),
    path("api/v1/", api.urls),
    path("admin/account/", include("httpref.accounts.urls")),
    path("admin/curation/", include("codes.curation.urls")),
    path("admin/", admin.site.urls),
    path("robots.txt", start.robots, name="robots"),
    path("favicon.ico", start.favicon),
    path("sitemap.xml", errors.public(sitemap), {"sitemaps": SITEMAPS}, name="sitemap"),
    *i18n_patterns(path("", include("codes.urls"))),
]
