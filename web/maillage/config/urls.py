"""Every address of the site, by capability."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("maillage.portal.urls")),
    path("pilotage/", include("maillage.steering.urls")),
    path("langue/", include("django.conf.urls.i18n")),
    path("connexion/", include("maillage.people.sign_in_urls")),
    path("", include("maillage.people.urls")),
    path("", include("maillage.organizations.urls")),
    path("", include("maillage.practitioners.urls")),
    path("", include("maillage.workday.urls")),
    path("", include("maillage.quality.urls")),
    path("", include("maillage.support.urls")),
    path("", include("maillage.complaints.urls")),
    path("", include("maillage.fees.urls")),
    path("", include("maillage.notes.urls")),
    path("", include("maillage.pooling.urls")),
    path("", include("maillage.referrals.urls")),
    path("", include("maillage.agenda.urls")),
    path("", include("maillage.directory.urls")),
    path("", include("maillage.families.urls")),
    path("", include("maillage.core.urls")),
]

handler400 = "maillage.portal.pages.bad_request"
