"""Accounts of professionals. A parent never needs one."""

from datetime import datetime
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class UserManager(BaseUserManager["User"]):
    """Makes accounts; there is no password to set."""

    def create_user(self, email: str, name: str = "") -> "User":
        """Add an account that signs in by one-time code."""
        user = self.model(email=self.normalize_email(email), name=name)
        user.set_unusable_password()
        user.save()
        return user


class User(AbstractBaseUser):
    """A professional who signs in by a one-time code sent to their address."""

    class Language(models.TextChoices):
        FRENCH = "fr", _("Français")
        ENGLISH = "en", _("Anglais")

    email = models.EmailField(_("adresse électronique"), unique=True)
    name = models.CharField(_("nom affiché"), max_length=120, blank=True)
    language = models.CharField(
        _("langue"), max_length=2, choices=Language.choices, default=Language.FRENCH
    )
    is_active = models.BooleanField(_("compte ouvert"), default=True)
    created_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(
        _("créé le"), auto_now_add=True
    )
    warned_at = models.DateTimeField(
        _("prévenu le"),
        null=True,
        blank=True,
        help_text=_("Avant de fermer un compte inutilisé."),
    )
    closed_at = models.DateTimeField(_("fermé le"), null=True, blank=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = UserManager()

    class Meta:
        verbose_name = _("compte")
        verbose_name_plural = _("comptes")
        constraints: ClassVar = [
            models.UniqueConstraint(
                Lower("email"),
                name="one_account_per_address",
                violation_error_message=_("Un compte existe déjà pour cette adresse."),
            ),
            models.CheckConstraint(
                name="a_closed_account_is_closed_and_nameless",
                condition=models.Q(closed_at=None) | models.Q(is_active=False, name=""),
                violation_error_message=_("Un compte fermé ne garde aucun nom."),
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email


class Session(AbstractBaseSession):
    """A browser that someone signed in with; it may be closed from another one."""

    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="sessions")
    started_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(
        _("ouverte le"), auto_now_add=True
    )

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")

    def save(self, *args: Any, **options: Any) -> None:
        """Write again what changes only: when it started does not."""
        if options.get("force_update"):
            options["update_fields"] = ["session_data", "expire_date", "user"]
        super().save(*args, **options)
