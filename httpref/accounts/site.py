"""The admin with a second step."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from httpref.accounts import halfway, second_factor
from httpref.accounts.forms import SignInForm


class SignIn(LoginView):
    """The first step: the password."""

    template_name = "admin/login.html"
    authentication_form = SignInForm

    def get_default_redirect_url(self) -> str:
        return reverse("admin:index")

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        user = form.get_user()
        if not second_factor.is_wanted(user):
            return super().form_valid(form)
        halfway.begin(self.request, user, self.get_success_url())
        return HttpResponseRedirect(reverse("accounts:code"))


class Site(AdminSite):
    def has_permission(self, request: HttpRequest) -> bool:
        """Whether somebody may enter. Every view of the admin asks this, also those that are not Django's."""
        return super().has_permission(request) and second_factor.is_given(request)

    @method_decorator(never_cache)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if request.method == "GET" and self.has_permission(request):
            return HttpResponseRedirect(reverse("admin:index"))
        context = {
            **self.each_context(request),
            "title": _("Log in"),
            "subtitle": None,
            "app_path": request.get_full_path(),
            "username": request.user.get_username(),
            REDIRECT_FIELD_NAME: reverse("admin:index"),
            **(extra_context or {}),
        }
        if REDIRECT_FIELD_NAME in request.GET or REDIRECT_FIELD_NAME in request.POST:
            del context[REDIRECT_FIELD_NAME]
        response: HttpResponse = SignIn.as_view(extra_context=context)(request)  # type: ignore[assignment]
        return response
