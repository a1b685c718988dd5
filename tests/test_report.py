"""The report: one page that needs nothing else, in which texts are texts; and in a browser."""

import os
import re
import shutil
import subprocess
import sys

import pyarrow as pa
import pytest

from topics import (
    Corpus,
    Labeller,
    ThemeClassifier,
    TopicModel,
    TopicsError,
    evaluate,
    next_to_label,
    read_releases,
    save,
)
from topics.reading.label_columns import read_labels
from topics.report import make_model_card, make_report, make_review

EVIL = "<script>document.title = 'run'</script><img src=x onerror=\"document.title = 'run'\">"
WORDS = {"aid": "camp refugees tents river", "law": "court judge trial appeal"}


@pytest.fixture(scope="module")
def releases():
    rows = []
    for i in range(60):
        theme = ("aid", "law")[i % 2]
        rows.append(
            {
                "title": f"{theme} {i} {EVIL}" if i % 20 == 0 else f"Release {i}",
                "text": f"{EVIL if i % 15 == 0 else 'News.'} The {WORDS[theme]} on day {i}. More.",
                "date": f"2024-{1 + i // 15:02}-{1 + i % 28:02}",
                "theme": theme if i < 20 else "",
            }
        )
    # As a table that is a corpus already: reading a file would take the markup off.
    return Corpus(pa.Table.from_pylist(rows))


@pytest.fixture(scope="module")
def labeller(releases):
    themes = {theme: words.split() for theme, words in WORDS.items()}
    model = Labeller(
        TopicModel(2, themes=themes, by=None), ThemeClassifier(themes, background=None)
    )
    return model.fit(releases)


@pytest.fixture(scope="module")
def page(labeller, releases):
    return make_report(labeller, releases, labels="theme", title="Releases of </title> the board")


def test_texts_of_releases_are_texts(page):
    html = page.html
    assert html.count("<script") == 2  # the words of topics, and what moves them
    assert "<img" not in html
    assert "&lt;script&gt;" in html
    assert "</title> the" not in html
    assert "default-src 'none'" in html
    assert not re.findall(r"(?:src|href)=\"(?!#)[^\"]*", html)
    assert page.html.count("http://") == page.html.count("http://www.w3.org/") + html.count(
        "http://purl.org"
    )


def test_the_same_page_each_time_and_parts_for_what_there_is(page, labeller, releases):
    again = make_report(labeller, releases, labels="theme", title="Releases of </title> the board")
    assert again.html == page.html
    assert len(page.html) < 500_000
    assert 'id="evaluation"' in page.html
    alone = make_report(labeller.topic_model).html
    assert 'id="topics"' in alone
    for part in ("themes", "evaluation", "search", "reading"):
        assert f'id="{part}"' not in alone
    themes = make_report(labeller.classifier, releases).html
    assert 'id="themes"' in themes
    assert 'id="topics"' not in themes
    assert page._repr_html_().startswith("<iframe srcdoc=")
    with pytest.raises(TopicsError, match="1 labels for 60 releases"):
        make_report(labeller, releases, labels=["aid"])


def test_the_command(labeller, releases, tmp_path):
    model = save(labeller, tmp_path / "model")
    releases.to_parquet(tmp_path / "in.parquet")
    command = [sys.executable, "-m", "topics", "report", model, tmp_path / "in.parquet"]
    page = tmp_path / "page.html"
    done = subprocess.run(
        [*command, "-o", page, "--labels", "theme"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "open it in a browser" in done.stderr
    assert 'id="evaluation"' in page.read_text("utf-8")
    for more in ((), ("--force", "--labels", "none such")):
        again = [*command, "-o", page, *more]
        assert subprocess.run(again, capture_output=True, check=False).returncode == 2


@pytest.fixture(scope="module")
def browser():
    """Chromium; CI asks for it, and then it must be there."""
    required = os.environ.get("TOPICS_BROWSER") == "required"
    place = shutil.which("chromium") or shutil.which("chromium-browser")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        place = None
    if place is None:
        if required:
            pytest.fail("there is no Chromium, or no Playwright")
        pytest.skip("there is no Chromium, or no Playwright")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=place, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="module")
def file(page, tmp_path_factory):
    return page.save(tmp_path_factory.mktemp("page") / "report.html")


def opened(browser, file, scheme="light", width=1200):
    """The page in a window of its own, and what goes wrong in it."""
    window = browser.new_context(
        color_scheme=scheme, viewport={"width": width, "height": 900}, accept_downloads=True
    )
    tab, wrong = window.new_page(), []
    tab.on("console", lambda m: wrong.append(m.text) if m.type in ("error", "warning") else None)
    tab.on("pageerror", lambda error: wrong.append(str(error)))
    tab.on("request", lambda r: None if r.url.startswith(("file:", "data:", "blob:"))
           else wrong.append(r.url))  # fmt: skip
    tab.goto(file.as_uri())
    return tab, wrong


@pytest.mark.slow
@pytest.mark.parametrize("width", [1200, 768, 390])
def test_it_fits_and_asks_for_nothing(browser, file, width):
    backs = set()
    for scheme in ("light", "dark"):
        tab, wrong = opened(browser, file, scheme, width)
        beyond = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert tab.evaluate(beyond) == 0
        assert tab.title() == "Releases of </title> the board"
        assert wrong == []
        backs.add(tab.evaluate("getComputedStyle(document.body).backgroundColor"))
        tab.context.close()
    assert len(backs) == 2


@pytest.mark.slow
def test_what_it_does(browser, file):
    tab, wrong = opened(browser, file)
    tab.fill("#text", "day 7.")
    assert tab.inner_text("#count") == "1 of 60 shown"
    tab.fill("#text", "")
    tab.select_option("#theme", "law")
    shown = tab.locator("#releases tbody tr:visible")
    assert shown.count() == 30
    assert {row.get_attribute("data-labels") for row in shown.all()} == {'["law"]'}
    slider = tab.locator("[data-topic] input[type=range]").first
    before = tab.locator(".words").first.inner_text()
    slider.focus()
    for _ in range(60):
        tab.keyboard.press("ArrowRight")
    assert tab.locator("[data-topic] output").first.inner_text() == "1.00"
    assert tab.locator(".words li").first.inner_text()
    assert before
    tab.locator("figure details summary").first.click()
    with tab.expect_download() as csv:
        tab.locator("button[data-csv=table-map]").click()
    assert csv.value.path().read_text("utf-8-sig").startswith('"name","share"')
    cells = ["=cmd|x", "+1 call", "-0.5", "@a", "Aid -1", "12%", "-"]
    kept = ["'=cmd|x", "'+1 call", "-0.5", "'@a", "Aid -1", "12%", "'-"]
    assert tab.evaluate("cells => cells.map(harmless)", cells) == kept
    with tab.expect_download() as png:
        tab.locator("button[data-png=map]").click()
    assert png.value.path().read_bytes().startswith(b"\x89PNG")
    assert wrong == []
    tab.context.close()


def test_a_model_card_says_what_is_known(labeller, releases, tmp_path):
    found = evaluate(labeller, releases, read_labels(releases["theme"]))
    card = make_model_card(labeller, found, purpose="For the board.")
    assert "For the board." in card
    assert "| aid | camp, refugees, tents, river | " in card
    assert "Over 20 releases" in card
    assert f"| micro f1 | {found.averages['micro_f1']:.2f} |" in card
    assert "Not measured" in make_model_card(labeller.topic_model)
    assert "## Themes" not in make_model_card(labeller.topic_model)
    odd = ThemeClassifier({"a|b": ["camp"], "law": ["court"]}, background=None).fit(releases)
    assert "| a\\|b |" in make_model_card(odd)
    releases.to_parquet(tmp_path / "in.parquet")
    model = save(labeller, tmp_path / "model", created_from="sixty releases")
    command = [sys.executable, "-m", "topics", "report", model, tmp_path / "in.parquet"]
    more = ["--labels", "theme", "-o", tmp_path / "page.html", "--card", tmp_path / "card.md"]
    subprocess.run([*command, *more], check=True, capture_output=True)
    assert "- from: sixty releases" in (tmp_path / "card.md").read_text("utf-8")
    assert "sixty releases" in (tmp_path / "page.html").read_text("utf-8")


@pytest.fixture(scope="module")
def review(labeller, releases, tmp_path_factory):
    page = make_review(labeller, releases, 5)
    return page.save(tmp_path_factory.mktemp("review") / "read.html")


def test_a_page_to_review_holds_texts_as_texts(labeller, releases):
    page = make_review(labeller, releases, 60, title="</title> to read").html
    assert page.count("<script") == 2
    assert "<img" not in page
    assert "</title> to" not in page
    assert page == make_review(labeller, releases, 60, title="</title> to read").html
    first = int(next_to_label(labeller, releases, 1)[0])
    text = f"on day {first}. More."
    assert text in page
    assert text not in make_review(labeller, releases, 60, leave_out=[first]).html
    with pytest.raises(TopicsError, match="no themes"):
        make_review(labeller.topic_model, releases)


@pytest.mark.slow
@pytest.mark.parametrize("width", [1200, 390])
def test_releases_are_labelled_in_a_browser(browser, review, width):
    tab, wrong = opened(browser, review, width=width)
    beyond = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert tab.evaluate(beyond) == 0
    assert tab.is_disabled("#next")
    first = tab.inner_text("#release-text")
    tab.keyboard.press("1")
    assert tab.get_attribute("#themes button >> nth=0", "aria-pressed") == "true"
    tab.keyboard.press("Enter")
    assert tab.inner_text("#progress") == "1 of 5 read"
    assert tab.inner_text("#release-text") != first
    tab.click("#themes button >> nth=1")
    tab.click("#themes button >> nth=0")
    tab.click("#next")
    tab.keyboard.press("n")
    tab.keyboard.press("Enter")
    assert tab.inner_text("#progress") == "3 of 5 read"
    tab.keyboard.press("u")  # the going on is taken back, then the choice
    tab.keyboard.press("u")
    assert tab.inner_text("#progress") == "2 of 5 read"
    assert tab.is_disabled("#next")
    tab.keyboard.press("b")
    assert "2 of 5" in tab.inner_text("#place")
    assert tab.get_attribute("#themes button >> nth=1", "aria-pressed") == "true"
    tab.keyboard.press("s")
    assert "3 of 5" in tab.inner_text("#place")
    # What was said is still there when the page is opened again. A renderer hands its storage to
    # the browser a moment later, and a reload may get another renderer.
    tab.wait_for_timeout(1000)
    tab.reload()
    assert tab.inner_text("#progress") == "2 of 5 read"
    assert "3 of 5" in tab.inner_text("#place")
    with tab.expect_download() as csv:
        tab.click("#export")
    csv.value.save_as(review.parent / "read.csv")
    read = read_releases(review.parent / "read.csv", languages=False)
    assert read_labels(read["theme"], ["aid", "law"]) == [("aid",), ("aid", "law")]
    assert len(read) == 2
    assert wrong == []
    tab.context.close()


@pytest.mark.slow
def test_a_browser_that_keeps_nothing_says_so(browser, review):
    window = browser.new_context()
    tab = window.new_page()
    tab.add_init_script(
        "Object.defineProperty(window, 'localStorage', {get() { throw new Error('no'); }});"
    )
    tab.goto(review.as_uri())
    assert tab.is_visible("#storage")
    tab.keyboard.press("1")
    tab.keyboard.press("Enter")
    assert tab.inner_text("#progress") == "1 of 5 read"
    window.close()


def test_a_page_names_no_folder_of_a_machine(labeller, tmp_path):
    (tmp_path / "a.csv").write_text("text\nThe camp of refugees.\n" * 2)
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.7 broken")
    read = read_releases(tmp_path, languages=False)
    assert read.rejects.num_rows
    page = make_report(labeller, read).html
    assert str(tmp_path) not in page
    assert "broken.pdf" in page
    assert "a.csv" in page


def test_files_in_folders_of_their_own_keep_their_paths(labeller, tmp_path, monkeypatch):
    from topics.report.page import _common_folder

    assert _common_folder(["/tmp/a/x.csv", "/tmp/b/y.csv"]) == "/tmp/"
    assert _common_folder(["/tmp/a.csv", "/srv/b.csv", None, "c.csv"]) == ""
    assert _common_folder(["a.csv", None]) == ""


def test_a_card_names_no_folder_of_a_machine(labeller, releases, tmp_path):
    model = save(labeller, tmp_path / "m", created_from="60 releases: /srv/press/in.json a/b.csv")
    card = make_model_card(model)
    assert "60 releases: in.json a/b.csv" in card
    odd = ThemeClassifier({"<img src=x>": ["camp"], "law": ["court"]}, background=None)
    assert "\\<img src=x\\>" in make_model_card(odd.fit(releases))


def test_dividers_in_names_of_themes(releases):
    themes = {"law, order": ["court", "judge"], "aid": ["camp", "refugees"]}
    model = ThemeClassifier(themes, background=None).fit(releases)
    truth = ["law, order" if "court" in text else "aid" for text in releases["text"].to_pylist()]
    table = releases.table.append_column("truth", pa.array(truth))
    page = make_report(model, Corpus(table), labels="truth").html
    found = evaluate(model, releases, [(name,) for name in truth]).averages["micro_f1"]
    assert f"Micro F1 {found:.2f}" in page
    assert found > 0.9


@pytest.mark.parametrize("name", ["month", "period", "$5 {net", "US gives $5, EU $10"])
def test_odd_names_of_themes_and_titles(releases, name):
    themes = {name: ["camp", "refugees"], "law": ["court", "judge"]}
    titles = [f"{name} {title}" for title in releases["title"].to_pylist()]
    at = releases.table.column_names.index("title")
    column = pa.array(titles, pa.large_string())
    odd = Corpus(releases.table.set_column(at, "title", column))
    model = Labeller(
        TopicModel(2, themes=themes, by=None), ThemeClassifier(themes, background=None)
    ).fit(odd)
    page = model.report(odd).html
    assert 'id="table-themes-time"' in page
    from topics.plots import plot_labels

    assert plot_labels(model.predict(odd[:3]))._repr_png_().startswith(b"\x89PNG")


@pytest.mark.slow
def test_odd_ids_and_the_keyboard(browser, tmp_path):
    texts = ["refugees fled to the camp", "the court tried a judge", "عائلات نازحة في camp"]
    rows = [
        {"id": id, "title": f"Title {id}", "text": text, "date": None}
        for id, text in zip(("constructor", "__proto__", "b"), texts, strict=True)
    ]
    model = ThemeClassifier({"aid": ["camp"], "law": ["court"]}, background=None).fit(texts * 15)
    file = make_review(model, Corpus(pa.Table.from_pylist(rows)), 3).save(tmp_path / "read.html")
    tab, wrong = opened(browser, file)
    assert tab.inner_text("#progress") == "0 of 3 read"
    assert not tab.inner_text("#release-text").startswith("Title")
    tab.keyboard.press("1")
    tab.focus("#skip")
    tab.keyboard.press("Enter")  # presses the button that has the focus
    assert tab.inner_text("#progress") == "0 of 3 read"
    assert "2 of 3" in tab.inner_text("#place")
    tab.click("#themes button >> nth=1")
    tab.keyboard.press("Enter")  # after a click of the mouse it goes on
    assert tab.inner_text("#progress") == "1 of 3 read"
    assert tab.get_attribute("#all tr[aria-current]", "aria-current") == "true"
    with tab.expect_download() as csv:
        tab.click("#export")
    assert csv.value.path().read_text("utf-8-sig").count('"law"') == 1
    assert wrong == []
    tab.context.close()
