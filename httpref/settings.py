"""All settings, read from the environment; docs/operating.md has the table.

Nothing is required for a try-out. With HTTPREF_ENV=production the start is refused,
with the list of what is missing, rather than run on a default that is not safe.
"""

import os
import re
import secrets
import sqlite3
import tempfile
import warnings
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env(
    HTTPREF_ENV=(str, "development"),
    HTTPREF_SECRET_KEY=(str, ""),
    HTTPREF_ALLOWED_HOSTS=(list, []),
    HTTPREF_BASE_URL=(str, ""),
    HTTPREF_LANGUAGES=(list, ["en", "zh-hant", "zh-hans"]),
    HTTPREF_ONLY_APPROVED=(str, "off"),
    HTTPREF_DATA_DIR=(str, str(BASE_DIR / "var")),
    HTTPREF_FIXTURES_DIR=(str, str(BASE_DIR / "fixtures")),
    HTTPREF_SOURCE=(str, "httpref"),
    HTTPREF_BUNDLE_LIMIT=(int, 64),
    DATABASE_URL=(str, ""),
    HTTPREF_WORKERS=(int, 1),
    HTTPREF_THREADS=(int, 4),
    HTTPREF_PAGES_DISK=(int, 512),
    HTTPREF_PAGES_MEMORY=(int, 160),
    HTTPREF_ACCESS_LOG=(str, ""),
    HTTPREF_PROXIES=(str, ""),
    HTTPREF_SECOND_FACTOR=(str, ""),
    HTTPREF_SIGN_IN_FAILURES=(int, 5),
    HTTPREF_SIGN_IN_PAUSE=(int, 15),
    HTTPREF_TRAIL_DAYS=(int, 400),
    HTTPREF_METRICS=(str, ""),
    CACHE_URL=(str, "locmemcache://"),
    HOST=(str, "127.0.0.1"),
    PORT=(int, 8000),
)


def setting(name: str) -> Any:
    """A setting's value; an empty one is as good as none."""
    try:
        value = env(name)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} is a number, not '{os.environ[name]}'.") from error
    if isinstance(value, list):
        value = [part.strip() for part in value if part.strip()]
    return value or env.scheme[name][1]


def positive(name: str) -> int:
    """A setting that is a number from 1 on."""
    value: int = setting(name)
    if value < 1:
        raise ImproperlyConfigured(f"{name} is a number from 1 on, not {value}.")
    return value


def switch(name: str, default: str) -> bool:
    """A setting that is either on or off."""
    value = setting(name) or default
    if value not in ("on", "off"):
        raise ImproperlyConfigured(f"{name} is either 'on' or 'off'.")
    return bool(value == "on")


def secret_of_this_install(path: Path) -> str:
    """The try-out's secret key: random, made at the first start, kept in the data directory."""
    if not path.exists() or not path.read_text():
        # Renamed into place, so that an interrupted start leaves no half of a key.
        descriptor, name = tempfile.mkstemp(dir=path.parent)
        with open(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(60))
        os.replace(name, path)
    return path.read_text()


def address_of_the_site(address: str) -> str:
    """A web address without its last slash; raises ImproperlyConfigured if it is none."""
    try:
        parts = urlsplit(address)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname or "*" in parts.netloc:
        raise ImproperlyConfigured("HTTPREF_BASE_URL is an address such as https://www.example.com")
    return address.rstrip("/")


# Where it runs

if setting("HTTPREF_ENV") not in ("development", "production"):
    raise ImproperlyConfigured("HTTPREF_ENV is either 'development' or 'production'.")
PRODUCTION = setting("HTTPREF_ENV") == "production"

if PRODUCTION:
    required = ("HTTPREF_SECRET_KEY", "HTTPREF_ALLOWED_HOSTS", "DATABASE_URL")
    if missing := [name for name in required if not setting(name)]:
        names = ", ".join(missing)
        raise ImproperlyConfigured(f"in production these settings are required, and missing: {names}.")

DATA_DIR = Path(setting("HTTPREF_DATA_DIR")).absolute()
try:
    DATA_DIR.mkdir(parents=True, exist_ok=True)
except OSError as error:
    raise ImproperlyConfigured(f"HTTPREF_DATA_DIR, {DATA_DIR}, cannot be made: {error.strerror}.") from error
FIXTURES_DIR = Path(setting("HTTPREF_FIXTURES_DIR")).absolute()
# How this install's own bundles name it, and the most bytes that a bundle from elsewhere may have.
SOURCE = setting("HTTPREF_SOURCE")
if not re.fullmatch("[a-z0-9][-a-z0-9]{0,59}", SOURCE):
    raise ImproperlyConfigured("HTTPREF_SOURCE is a name in small letters, digits and hyphens.")
BUNDLE_LIMIT = positive("HTTPREF_BUNDLE_LIMIT") * 1_000_000
HOST = setting("HOST")
PORT = setting("PORT")

WORKERS, THREADS = positive("HTTPREF_WORKERS"), positive("HTTPREF_THREADS")
# Megabytes of pages that are kept, compressed, on the disk and in the memory of each worker.
PAGES_DISK, PAGES_MEMORY = positive("HTTPREF_PAGES_DISK"), positive("HTTPREF_PAGES_MEMORY")
PAGES_DIR = DATA_DIR / "pages"
ACCESS_LOG = switch("HTTPREF_ACCESS_LOG", "on" if PRODUCTION else "off")
_metrics_host, _, _metrics_port = setting("HTTPREF_METRICS").rpartition(":")
if bool(_metrics_host) != _metrics_port.isdigit():
    raise ImproperlyConfigured("HTTPREF_METRICS is an address and a port such as 127.0.0.1:9100.")
METRICS = (_metrics_host.strip("[]"), int(_metrics_port)) if _metrics_host else None

SECRET_KEY = setting("HTTPREF_SECRET_KEY") or secret_of_this_install(DATA_DIR / "secret_key")
DEBUG = False
_host = f"[{HOST}]" if ":" in HOST else HOST
ALLOWED_HOSTS = setting("HTTPREF_ALLOWED_HOSTS") or ["localhost", "127.0.0.1", "[::1]", _host]

# Absolute links never repeat the request's Host field, so that no request can plant one in a page.
BASE_URL = address_of_the_site(
    setting("HTTPREF_BASE_URL")
    or (f"https://{ALLOWED_HOSTS[0].lstrip('.')}" if PRODUCTION else f"http://{_host}:{PORT}")
)

if PRODUCTION:
    SECURE_SSL_REDIRECT = BASE_URL.startswith("https:")
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True

# What it consists of

INSTALLED_APPS = [
    "modeltranslation",
    "httpref.accounts.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.sitemaps",
    "corsheaders",
    "csp",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "codes",
    "httpref.accounts.apps.AccountsConfig",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "codes.reader.ReaderLanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "codes.errors.problems_for_programs",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "httpref.accounts.current.during_the_request",
    "httpref.accounts.sessions.noting_visits",
    "django.contrib.messages.middleware.MessageMiddleware",
    "axes.middleware.AxesMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "codes.publication.in_one_snapshot",
]
ROOT_URLCONF = "httpref.urls"
WSGI_APPLICATION = "httpref.wsgi.application"
TEMPLATES = [
    # The public pages are asked for most, and this engine first. The other one draws the admin and curation.
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE_DIR / "templates" / "site"],
        "OPTIONS": {
            "environment": "codes.templating.environment",
            "context_processors": ["codes.templating.every_page"],
        },
    },
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# Database and cache

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
try:
    with warnings.catch_warnings(action="error"):
        database = env.db_url_config(setting("DATABASE_URL") or f"sqlite:///{DATA_DIR / 'httpref.sqlite3'}")
        CACHES = {"default": env.cache_url_config(setting("CACHE_URL"))}
except (ValueError, UserWarning, ImproperlyConfigured):
    # Without the cause, which would repeat the password.
    raise ImproperlyConfigured(
        "DATABASE_URL or CACHE_URL cannot be read: they look like postgres://user:secret@host:5432/name, "
        "sqlite:////path/to/file, redis://host:6379/0."
    ) from None
if database["ENGINE"] == "django.db.backends.sqlite3":
    try:
        with closing(sqlite3.connect(":memory:")) as probe:
            probe.execute("CREATE VIRTUAL TABLE probe USING fts5 (text)")
    except sqlite3.DatabaseError as error:
        raise ImproperlyConfigured(
            "the SQLite of this Python was built without FTS5, which the search needs. "
            "Use another build of Python, or PostgreSQL: DATABASE_URL=postgres://user:secret@host:5432/name"
        ) from error
    # Writers queue from their first statement on, instead of failing at their second;
    # readers never wait for them.
    database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;",
    }
    # A new connection reads the whole schema, which takes longer than most searches.
    database["CONN_MAX_AGE"] = None
elif database["ENGINE"] == "django.db.backends.postgresql":
    database.setdefault("OPTIONS", {})["pool"] = {"min_size": 1, "max_size": 10, "timeout": 10}
else:
    raise ImproperlyConfigured("DATABASE_URL names a SQLite or a PostgreSQL database.")
DATABASES = {"default": database}

# Languages

# Every language is a set of columns, so this list is schema: it is the same on all installs and
# in the first migration. HTTPREF_LANGUAGES chooses those that the public pages show.
CONTENT_LANGUAGES = {
    "en": "English",
    "zh-hant": "繁體中文",
    "zh-hans": "简体中文",
    "ja": "日本語",
    "ko": "한국어",
    "de": "Deutsch",
    "fr": "Français",
    "es": "Español",
    "pt-br": "Português (Brasil)",
    "ru": "Русский",
}
LANGUAGE_CODE = "en"
_shown = [code.lower() for code in setting("HTTPREF_LANGUAGES")]
if LANGUAGE_CODE not in _shown or not set(_shown) <= set(CONTENT_LANGUAGES):
    _known = ", ".join(CONTENT_LANGUAGES)
    raise ImproperlyConfigured(f"HTTPREF_LANGUAGES contains 'en' and otherwise only: {_known}.")
LANGUAGES = [(code, CONTENT_LANGUAGES[code]) for code in _shown]
# Whether readers see only translations that somebody has approved.
ONLY_APPROVED = switch("HTTPREF_ONLY_APPROVED", "off")
LOCALE_PATHS = [BASE_DIR / "codes" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
MODELTRANSLATION_DEFAULT_LANGUAGE = LANGUAGE_CODE
MODELTRANSLATION_LANGUAGES = tuple(CONTENT_LANGUAGES)
MODELTRANSLATION_FALLBACK_LANGUAGES = (LANGUAGE_CODE,)
# modeltranslation's own media would come from another host.
JQUERY_URL = JQUERY_UI_URL = ""

# Static files

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# What browsers may do with the pages

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    },
}
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# The form of a meaning has four fields for each of its names, and there may be hundreds.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000
CSRF_FAILURE_VIEW = "codes.errors.forged"
CORS_ALLOW_ALL_ORIGINS = True
CORS_URLS_REGEX = r"^/api/"
CORS_ALLOW_METHODS = ["GET", "HEAD", "OPTIONS"]
CORS_EXPOSE_HEADERS = ["ETag"]

# Signing in

AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in {
        "UserAttributeSimilarityValidator": {},
        "MinimumLengthValidator": {"min_length": 12},
        "CommonPasswordValidator": {},
        "NumericPasswordValidator": {},
    }.items()
]
# The first hashes new passwords, and old ones when their owner signs in.
PASSWORD_HASHERS = [f"django.contrib.auth.hashers.{name}PasswordHasher" for name in ("Scrypt", "PBKDF2", "PBKDF2SHA1")]
SESSION_ENGINE = "httpref.accounts.session_store"
# How many proxies in front add to X-Forwarded-For; what is left of theirs, anybody can have written.
_proxies = setting("HTTPREF_PROXIES") or ("1" if PRODUCTION else "0")
if not re.fullmatch("[0-9]", _proxies):
    raise ImproperlyConfigured("HTTPREF_PROXIES is a number from 0 to 9.")
PROXIES = int(_proxies)
SECOND_FACTOR = switch("HTTPREF_SECOND_FACTOR", "on" if PRODUCTION else "off")
TRAIL_DAYS = positive("HTTPREF_TRAIL_DAYS")
OTP_TOTP_ISSUER = urlsplit(BASE_URL).hostname
AXES_FAILURE_LIMIT = positive("HTTPREF_SIGN_IN_FAILURES")
AXES_COOLOFF_TIME = timedelta(minutes=positive("HTTPREF_SIGN_IN_PAUSE"))
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "httpref.accounts.lockout.locked_out"
AXES_CLIENT_IP_CALLABLE = "httpref.accounts.address.client_address"
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
# The audit trail says what happened; what axes keeps is only for counting.
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "code", "next", "csrfmiddlewaretoken"]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        # Failed sign-ins are in the audit trail.
        "axes": {"handlers": [], "propagate": True, "level": "ERROR"},
        # Anybody can send any Host field; it is answered with 400 and is no event.
        "django.security.DisallowedHost": {"handlers": [], "propagate": False, "level": "CRITICAL"},
    },
}
