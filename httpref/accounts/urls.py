"""The pages about signing in, below the admin's address."""

from django.urls import path

from httpref.accounts.views import account, steps

app_name = "accounts"

urlpatterns = [
    path("", account.account, name="account"),
    path("end/", account.end_session, name="end"),
    path("change/", account.change, name="change"),
    path("code/", steps.code, name="code"),
    path("set-up/", steps.set_up, name="set_up"),
    path("cancel/", steps.cancel, name="cancel"),
    path("<int:pk>/", account.account, name="account"),
    path("<int:pk>/end/", account.end_session, name="end"),
    path("<int:pk>/reset/", account.reset, name="reset"),
]
