"""Our vocabulary as HSDS taxonomies: the same term has the same identifier for ever, everywhere."""

from dataclasses import dataclass
from uuid import NAMESPACE_URL, UUID, uuid5

from maillage.directory.needs import BY_CODE, NEEDS
from maillage.directory.vocabulary import Kind

_OURS = uuid5(NAMESPACE_URL, "urn:maillage:taxonomy")


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """One list of terms (HSDS taxonomy)."""

    id: UUID
    uri: str
    name: str
    description: str


@dataclass(frozen=True, slots=True)
class Term:
    """One word of a list (HSDS taxonomy_term); names are in French."""

    id: UUID
    code: str
    uri: str
    name: str
    description: str
    taxonomy: Taxonomy


def _taxonomy(code: str, name: str, description: str) -> Taxonomy:
    return Taxonomy(uuid5(_OURS, code), f"urn:maillage:{code}", name, description)


NEED_TAXONOMY = _taxonomy(
    "need", "Besoins des familles", "Ce que vivent les familles, dans leurs mots."
)
KIND_TAXONOMY = _taxonomy(
    "kind", "Natures de services", "Ce qu’est un service, comme le nomment ceux qui le portent."
)


def need_term(code: str) -> Term:
    """Return the term of one need."""
    need = BY_CODE[code]
    kinds = ", ".join(str(kind.label) for kind in need.kinds)
    return _term(NEED_TAXONOMY, "need", code, str(need.label), f"Réponses habituelles : {kinds}.")


def kind_term(code: str) -> Term:
    """Return the term of one kind of service."""
    label = str(Kind(code).label)
    return _term(KIND_TAXONOMY, "kind", code, label, f"Un service de nature « {label} ».")


def terms() -> list[Term]:
    """Return every term of both lists."""
    return [*(need_term(need.code) for need in NEEDS), *(kind_term(kind) for kind in Kind.values)]


def _term(taxonomy: Taxonomy, list_: str, code: str, name: str, description: str) -> Term:
    uri = f"urn:maillage:{list_}:{code}"
    return Term(uuid5(taxonomy.id, code), code, uri, name, description, taxonomy)
