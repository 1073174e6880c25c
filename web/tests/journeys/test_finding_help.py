"""A mother in a village looks for help: with a keyboard, without a script, without a car."""

from playwright.sync_api import expect
from tests.journeys.looking import look_at


def test_a_search_is_made_with_the_keyboard_alone(visit):
    page = visit("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    for _step in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "commune":
            break
    page.keyboard.type("champlite")
    page.keyboard.press("Tab")
    page.keyboard.type("colères")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("Champlitte")
    expect(page.get_by_text("Nous avons compris «\u00a0Champlitte\u00a0».")).to_be_visible()


def test_a_family_without_a_car_reads_first_what_comes_to_it(visit):
    page = visit("/?commune=champlitte&need=tantrums&age=36&no_car=on", width=390)
    assert page.locator("article").first.locator(".facts strong").nth(1).inner_text() in {
        "De chez vous",
        "Vient chez vous",
    }
    expect(page.get_by_text("horaires des cars et des trains")).to_be_visible()


def test_everything_works_without_a_script(visit):
    page = visit("/", scripts=False, width=390)
    page.get_by_label("Ma commune").fill("Gray")
    page.get_by_label("Ce qui me préoccupe").fill("il fait des colères")
    page.get_by_role("button", name="Chercher").click()
    expect(page.locator("h1")).to_contain_text("aides pour vous à Gray")
    page.get_by_text("Carte", exact=True).click()
    expect(page.get_by_role("img", name="Carte des lieux trouvés")).to_be_visible()
    page.get_by_text("Liste", exact=True).click()
    page.locator("article h3 a").first.click()
    expect(page.get_by_role("heading", name="Prochaines dates")).to_be_visible()


def test_the_language_switch_keeps_the_page(visit):
    page = visit("/?commune=gray&need=tantrums")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert page.url.endswith("/?commune=gray&need=tantrums")
    page.get_by_role("button", name="Français").click()
    expect(page.locator("html")).to_have_attribute("lang", "fr")


def test_the_theme_switch_stays_from_page_to_page_with_and_without_a_script(visit):
    for scripts in (True, False):
        page = visit("/", scripts=scripts)
        page.locator("[data-theme-form] button").click()
        expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
        page.goto(page.url + "communes/")
        expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")


def test_filters_fold_on_a_phone_after_the_first_search_and_not_on_a_desk(visit):
    path = "/?commune=gray&need=tantrums"
    assert visit(path, width=390).locator(".search-again").get_attribute("open") is None
    assert visit(path, width=1280).locator(".search-again").get_attribute("open") == ""


def test_an_error_is_reported_without_a_name_and_confirmed(visit):
    page = visit("/?commune=gray&need=tantrums")
    page.locator("article h3 a").first.click()
    page.get_by_text("Signaler une erreur").click()
    page.get_by_label("Qu’est-ce qui ne va pas").fill("Le numéro ne répond plus.")
    page.get_by_role("button", name="Envoyer").click()
    expect(page.get_by_text("la structure va vérifier cette fiche")).to_be_visible()


def test_communes_are_suggested_while_one_types(visit):
    page = visit("/")
    page.get_by_label("Ma commune").press_sequentially("champl")
    expect(page.locator('#communes option[value="Champlitte (70122)"]')).to_have_count(1)


def test_a_map_is_moved_and_enlarged_with_the_keyboard(visit):
    page = visit("/?commune=champlitte&need=tantrums&age=36")
    page.get_by_role("button", name="Déplacer et agrandir la carte").press("Enter")
    drawing = page.locator(".leaflet-container svg.map")
    expect(drawing).to_be_visible()
    before = drawing.bounding_box()
    page.get_by_role("region", name="Carte des lieux trouvés").press("+")
    page.wait_for_function(
        "width => document.querySelector('.leaflet-container svg.map')"
        ".getBoundingClientRect().width > width",
        arg=before["width"],
    )
    look_at(page)


def test_a_door_of_the_home_page_asks_only_for_the_commune(visit):
    page = visit("/", width=390)
    page.get_by_role("link", name="Nous nous séparons").click()
    expect(page.get_by_text("Il ne manque que votre commune.")).to_be_visible()
    expect(page.get_by_label("Ma commune")).to_be_focused()
    page.keyboard.type("Vesoul")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("pour vous à Vesoul")


def test_a_word_that_holds_a_danger_still_shows_who_to_call(visit):
    page = visit("/?commune=gray&need=violence")
    expect(page.get_by_role("heading", name="Aussi, partout en France")).to_be_visible()
    assert page.locator('a[href="tel:3919"]').count() >= 2
