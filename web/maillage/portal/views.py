"""Search, results and the pages they lead to."""

from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from maillage.directory.actions import count_unmet_need
from maillage.directory.needs import NEEDS
from maillage.directory.offers import Wanted
from maillage.directory.signposts import signposts_for
from maillage.portal import home, results, words
from maillage.portal.cards import card
from maillage.portal.forms import EXPECTING, SearchForm, moments
from maillage.portal.free_times import services_to_book
from maillage.portal.pictures import map_of_results
from maillage.portal.robots import looks_like_a_robot
from maillage.portal.understanding import Somewhere, Understood, exactly, place, worry
from maillage.territory.models import Commune

PER_PAGE = 10
MOST_SIGNS = 3
SHORTEST = 2  # letters typed before communes are suggested


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Ask, or answer: the answer keeps the address of the question, so it can be shared."""
    context: dict[str, Any] = {"needs": NEEDS}
    if "commune" not in request.GET:
        started = request.GET if set(request.GET) & set(SearchForm.base_fields) else None
        context |= {"form": SearchForm(started=started), "started": bool(started)}
        context |= {"situations": home.situations(), "stages": home.stages()}
        context["online"] = home.online()
        return render(request, "portal/home.html", context)
    form = SearchForm(request.GET)
    context["form"] = form
    if not form.is_valid():
        return render(request, "portal/results.html", context, status=400)
    somewhere = place(form.cleaned_data["commune"])
    if somewhere.commune is None:
        return _which_commune(request, form, somewhere)
    understood = worry(form.cleaned_data["need"])
    asked = _asked(form, somewhere.commune, understood)
    found = results.search(asked)
    if found.nothing_near and understood.need and _is_a_person_looking(request):
        count_unmet_need(asked.commune, understood.need.code, asked.wanted.day)
        context["counted"] = True
    context |= _answer(request.GET, asked, found)
    others = [(need, _link(request.GET, need=need.code)) for need in understood.others]
    context |= {"somewhere": somewhere, "understood": understood, "others": others}
    context["signs"] = home.signs(signposts_for(asked.wanted.need)[:MOST_SIGNS])
    if somewhere.was_misspelt:
        context["elsewhere"] = _choices(request.GET, somewhere)
    return render(request, "portal/results.html", context)


@require_safe
def suggestions(request: HttpRequest) -> HttpResponse:
    """Options for the field of the commune, while a visitor types."""
    typed = request.GET.get("commune", "")[:80]
    found = Commune.objects.matching(typed) if len(typed.strip()) >= SHORTEST else ()
    options = [(exactly(commune), commune) for commune in found]
    return render(request, "portal/suggestions.html", {"options": options})


def _which_commune(request: HttpRequest, form: SearchForm, somewhere: Somewhere) -> HttpResponse:
    """Let the family choose among communes, or say that none is called so."""
    if not somewhere.others:
        form.add_error(
            "commune",
            _("Nous ne trouvons pas cette commune. Vérifiez l’écriture, ou donnez le code postal."),
        )
        return render(request, "portal/results.html", {"form": form, "needs": NEEDS}, status=400)
    choices = _choices(request.GET, somewhere)
    return render(
        request, "portal/results.html", {"form": form, "needs": NEEDS, "choices": choices}
    )


def _choices(query: QueryDict, somewhere: Somewhere) -> list[tuple[Commune, str]]:
    return [(one, _link(query, commune=exactly(one))) for one in somewhere.others]


def _asked(form: SearchForm, commune: Commune, understood: Understood) -> results.Asked:
    asked, now = form.cleaned_data, timezone.now()
    age = asked["age"]
    wanted = Wanted(
        commune=commune,
        day=timezone.localdate(now),
        need=understood.need.code if understood.need else "",
        kinds=tuple(kind.value for kind in understood.kinds),
        words=understood.words,
        months=int(age) if age and age != EXPECTING else None,
        expecting=age == EXPECTING,
        modes=frozenset(asked["modes"]),
        language=asked["language"],
        accommodations=tuple(asked["accommodations"]),
    )
    return results.Asked(wanted, moments(asked), car=not asked["no_car"], now=now)


def _answer(query: QueryDict, asked: results.Asked, found: results.Found) -> dict[str, Any]:
    pages = Paginator(found.results, PER_PAGE).get_page(query.get("page"))
    numbered = list(enumerate(pages.object_list, start=pages.start_index()))
    # With nothing near, the page has asked where else to go already: one question less here.
    shown = [] if found.instead else [result.service for _number, result in numbered]
    bookable = services_to_book(shown)
    return {
        "asked": asked,
        "found": found,
        "pages": pages,
        "page_link": _link(query, page="") or "?page=",
        "cards": [card(result, asked, number, bookable=bookable) for number, result in numbered],
        "instead": [card(result, asked) for result in found.instead],
        "advisers": [card(result, asked) for result in found.advisers],
        "with_car": _link(query, no_car=None),
        "at_place": words.at_place(asked.commune.name),
        "of_place": words.of_place(asked.commune.name),
        "picture": map_of_results(asked.commune, numbered),
    }


def _link(query: QueryDict, **changes: str | None) -> str:
    """The same search with some fields changed, or left out."""
    kept = [(k, v) for k, values in query.lists() for v in values if k not in {*changes, "page"}]
    return "?" + urlencode([*kept, *((k, v) for k, v in changes.items() if v is not None)])


def _is_a_person_looking(request: HttpRequest) -> bool:
    """Count a search once: not a robot, not the head of a page, not its second page or part."""
    part = bool(request.headers.get("HX-Request")) or "page" in request.GET
    return request.method == "GET" and not part and not looks_like_a_robot(request)
