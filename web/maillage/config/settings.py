"""Every setting, once. Values come from the environment; each is explained in docs/operate.md."""

import os
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from maillage.config import environment, messaging, postgres, static

PACKAGE = Path(__file__).resolve().parent.parent

# A demonstration runs on the embedded server; naming a server of one's own makes it a real site.
DEMONSTRATION = "DATABASE_URL" not in os.environ
DEBUG = environment.flag("MAILLAGE_DEBUG", default=False)
SECRET_KEY = os.environ.get("SECRET_KEY", "") or (
    "demonstration-only-not-a-secret" if DEMONSTRATION else ""
)
if not SECRET_KEY:
    raise environment.BadEnvironment("SECRET_KEY must be set when DATABASE_URL is.")
ALLOWED_HOSTS = environment.words("ALLOWED_HOSTS", default="127.0.0.1,localhost,[::1]")
CSRF_TRUSTED_ORIGINS = environment.words("CSRF_TRUSTED_ORIGINS")
SITE_URL = os.environ.get("SITE_URL", f"http://127.0.0.1:{os.environ.get('PORT', '8000')}")
SITE_NAME = os.environ.get("SITE_NAME", "Maillage")
SITE_PLACE = os.environ.get("SITE_PLACE", "")
HTTPS = environment.flag("HTTPS", default=not DEMONSTRATION)

INSTALLED_APPS = [
    "maillage.config.apps.ConfigConfig",
    "maillage.portal",
    "maillage.demo",
    "maillage.steering",
    "maillage.workday",
    "maillage.quality",
    "maillage.support",
    "maillage.complaints",
    "maillage.fees",
    "maillage.notes",
    "maillage.pooling",
    "maillage.referrals",
    "maillage.agenda",
    "maillage.directory",
    "maillage.practitioners",
    "maillage.organizations",
    "maillage.families",
    "maillage.people",
    "maillage.territory",
    "maillage.core",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "maillage.config.apps.StaticFiles",
    "allauth",
    "allauth.account",
    "django_htmx",
    "js_lib_leaflet",
    "procrastinate.contrib.django",
    "template_partials.apps.SimpleAppConfig",
]

MIDDLEWARE = [
    "maillage.core.middleware.RefuseNulBytes",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "maillage.core.middleware.OneTransaction",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "maillage.people.middleware.WhoIsAsking",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "maillage.organizations.middleware.WhatTheyMaySee",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "maillage.core.middleware.DomainErrorMiddleware",
]

ROOT_URLCONF = "maillage.config.urls"
WSGI_APPLICATION = "maillage.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    [
                        (
                            "django.template.loaders.cached.Loader",
                            ["django.template.loaders.app_directories.Loader"],
                        )
                    ],
                )
            ],
            "builtins": ["template_partials.templatetags.partials"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "maillage.core.context.site",
            ],
        },
    }
]


def _database() -> dict[str, object]:
    """One database, two roles: the owner migrates, the application runs under row security."""
    owner = os.environ.get("MAILLAGE_ROLE") == "owner"
    if not DEMONSTRATION:
        url = os.environ["DATABASE_URL"]
        found = environment.database(os.environ.get("DATABASE_OWNER_URL", url) if owner else url)
    else:
        found = {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": os.environ.get("MAILLAGE_DB", "maillage"),
            "USER": "maillage_owner" if owner else "maillage_app",
            "HOST": str(postgres.server().socket),
            "OPTIONS": {},
        }
    found["ATOMIC_REQUESTS"] = True  # a savepoint for the view, inside core's OneTransaction
    found["CONN_MAX_AGE"] = 60
    found["CONN_HEALTH_CHECKS"] = True
    return found


DATABASES = {"default": _database()}
PREPARED_STATEMENTS = environment.flag("PREPARED_STATEMENTS", default=True)  # the plans kept
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}
}

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/pro/arrivee/"
LOGOUT_REDIRECT_URL = "/"
SESSION_ENGINE = "maillage.people.sessions"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"

# Days without an answer before a referral is escalated to the département's coordinators.
REFERRAL_ANSWER_DAYS = environment.number("REFERRAL_ANSWER_DAYS", default=7, minimum=1)

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", _("Français")), ("en", _("Anglais"))]
USE_I18N = USE_TZ = True
TIME_ZONE = "Europe/Paris"

STATIC_URL = "static/"
STATICFILES_DIRS = [("bootstrap", static.folder_of("bootstrap"))]
STATIC_ROOT = Path(os.environ.get("STATIC_ROOT", postgres.server().state / "static"))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": os.environ.get("STATIC_STORAGE", "maillage.config.static.Storage")},
}

DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "manifest-src": ["'self'"],
    }
}

EMAIL_BACKEND = os.environ.get("EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend")
EMAIL_HOST = os.environ.get("EMAIL_HOST", "localhost")
EMAIL_PORT = environment.number("EMAIL_PORT", default=25)
EMAIL_HOST_USER = os.environ.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = environment.flag("EMAIL_USE_TLS", default=False)
DEFAULT_FROM_EMAIL = os.environ.get("DEFAULT_FROM_EMAIL", "maillage@localhost")

EMAIL_BOUNCES = messaging.bounces()
OPERATOR_EMAIL = os.environ.get("OPERATOR_EMAIL", "")
QUIET_HOURS = messaging.quiet_hours()
SMS = messaging.sms()
# What stands as the sender of a message that must say nothing of its subject.
DISCREET_NAME = os.environ.get("DISCREET_NAME", "Rendez-vous")
# Who is told that a family could not be reached: a function (what the message was about).
UNREACHED = "maillage.agenda.unreached.tell_who_receives"

ACCOUNT_ADAPTER = "maillage.people.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 600
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_RATE_LIMITS = {"request_login_code": "30/m/ip,3/m/key,12/h/key", "login": "30/m/ip"}
ACCOUNT_FORMS = {
    "request_login_code": "maillage.people.forms.AskForCode",
    "confirm_login_code": "maillage.people.forms.GiveCode",
}
ALLAUTH_TRUSTED_PROXY_COUNT = environment.number("TRUSTED_PROXIES", default=0)
# The key that wraps the keys of private notes is never in the database (notes/outer.py).
NOTES_KEY = os.environ.get("NOTES_KEY", "")
NOTES_KEY_COMMAND = os.environ.get("NOTES_KEY_COMMAND", "")
NOTES_KEY_FILE = os.environ.get("NOTES_KEY_FILE", "") or (
    str(postgres.server().state / "notes.key") if DEMONSTRATION else ""
)
# Where a session by video is held, e.g. https://meet.example.org/{id}; nothing: no link is made.
VIDEO_PATTERN = environment.pattern(
    "VIDEO_PATTERN", default="https://visio.example.org/{id}" if DEMONSTRATION else ""
)
# How long a freed slot is held for the family to which it is offered.
OFFER_HOLD_HOURS = environment.number("OFFER_HOLD_HOURS", default=24, minimum=1)
# What the preview of an entry shows: a function (request, service id) of the room that shows it.
PUBLIC_SERVICE_PAGE = "maillage.portal.service_views.public_part"
# Whose addresses the sign-in page of a demonstration suggests.
SIGN_IN_SUGGESTIONS = "maillage.demo.personas.PERSONAS"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "loggers": {"maillage": {"handlers": ["console"], "level": "INFO"}},
}
SILENCED_SYSTEM_CHECKS = ["security.W004", "security.W008", "security.W012", "security.W016"]
if not DEMONSTRATION:
    SILENCED_SYSTEM_CHECKS = []
