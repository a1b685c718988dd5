"""Words as languages write them: kernels held to plain Python, and rules to what speakers write."""

import sys
import tomllib
import unicodedata
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from topics import TermVectorizer, ThemeClassifier, load, save
from topics._arrow import text_buffers
from topics._kernels.text_scan import AT, ENTITY, LINK, mark_addresses
from topics.text.default_vectorizer import default_vectorizer
from topics.text.fast_tokenizer import TokenRules, tokenize_column
from topics.text.language_words import (
    Segmenter,
    find_words,
    lower_case,
    prepare_column,
    prepare_text,
)
from topics.text.seed_words import seed_matches
from topics.text.word_forms import WordForm, snowball_stemmer

LETTERS = "ab.&-İIıßéñ-'’_.,019 \n@&;:/wg股市月年Aカナーかな難กขิ์हिंदीرُّالאבְг’кё\u0301\u200c가한①²Ⅷ"
ADDRESSES = st.lists(
    st.sampled_from([*"wW.x/:@é#_-,|)aшж中 ", "http://", "www."]), max_size=20
).map("".join)
TABLES = tomllib.loads((Path(__file__).parent / "word_forms.toml").read_text("utf-8"))

texts = st.lists(
    st.text(st.sampled_from(LETTERS), max_size=40)
    | st.text(st.sampled_from("ab1.-&_ 中é"), min_size=50, max_size=200)
    | st.text(max_size=20)
    | ADDRESSES,
    min_size=1,
    max_size=6,
)


def column(values):
    return pa.array(values, pa.large_string())


def read_by_kernels(values, languages, unspaced="pairs"):
    rules = TokenRules(languages=languages, unspaced=unspaced)
    tokens = tokenize_column(column(values), rules, in_order=True)
    terms = tokens.terms.to_pylist()
    sequences = tokens.sequences(np.arange(len(terms), dtype=np.int32))
    bounds = sequences.offsets.tolist()
    ids = sequences.ids.tolist()
    return [[terms[i] for i in ids[a:b]] for a, b in pairwise(bounds)]


@settings(deadline=None, max_examples=300)
@given(texts)
def test_kernels_read_the_words_that_plain_python_reads(values):
    values = [text.encode("utf-8", "replace").decode() for text in values]
    expected = [find_words(lower_case(prepare_text(text))) for text in values]
    assert read_by_kernels(values, ()) == expected
    whole = [find_words(lower_case(prepare_text(text)), lambda run: [run]) for text in values]
    assert read_by_kernels(values, (), "stretches") == whole


@settings(deadline=None, max_examples=100)
@given(texts, st.sampled_from(["tr", "uk", "he"]))
def test_columns_are_prepared_as_single_texts_are(values, language):
    expected = [prepare_text(text, [language]) for text in values]
    assert prepare_column(column(values), [language]).to_pylist() == expected
    sliced = column(["x@y.example", *values]).slice(1)
    assert prepare_column(sliced, [language]).to_pylist() == expected
    # Many are searched by another engine than few.
    many = column(values * 100)
    assert prepare_column(many, [language]).to_pylist() == expected * 100


@settings(deadline=None)
@given(
    st.lists(st.text(st.sampled_from("ae\u0301\u0308\u0327éи\u0306かᄀ\u1161\u3099"), max_size=9))
)
def test_a_prepared_text_is_composed(values):
    for text in prepare_column(column(values)).to_pylist():
        assert unicodedata.is_normalized("NFC", text)


@settings(deadline=None)
@given(st.lists(st.text(st.sampled_from("wW/@&a "), max_size=9), min_size=1, max_size=8))
def test_texts_with_addresses_are_marked(values):
    data, offsets = text_buffers(column(values))
    marks = np.zeros(len(values), np.uint8)
    mark_addresses(data, offsets, marks)
    for text, mark in zip(values, marks.tolist(), strict=True):
        is_link = "//" in text or "ww" in text.lower()
        assert mark == AT * ("@" in text) + ENTITY * ("&" in text) + LINK * is_link


def forms_of_group(group, language, kind="stems"):
    words = TermVectorizer(languages=[language])._extractor().analyzer._found(group)
    form = WordForm([language], kind)
    return {form(word) for word in words}


@pytest.mark.parametrize("language", TABLES)
def test_words_of_a_language_count_together(language):
    table = TABLES[language]
    assert sum(len(group.split()) for group in table["together"]) >= 30
    # What scripts without spaces hold as one word needs no other form.
    if language not in ("zh", "ja", "th"):
        for group in table["together"]:
            assert len(forms_of_group(group, language)) == 1, group
    for group in [*table["apart"], *table["limits"]]:
        assert len(forms_of_group(group, language)) > 1, group


def test_stems_are_the_same_where_snowball_is_in_python(monkeypatch):
    pytest.importorskip("snowballstemmer")

    def stems_of_tables():
        return {
            language: [*map(stem, " ".join(table["together"]).split())]
            for language, table in TABLES.items()
            if (stem := snowball_stemmer(language))
        }

    in_c = stems_of_tables()
    assert len(in_c) > 10
    monkeypatch.setitem(sys.modules, "Stemmer", None)
    assert stems_of_tables() == in_c


@pytest.mark.parametrize("language", TABLES)
def test_sentences_hold_the_words_that_a_speaker_would_count(language):
    pytest.importorskip({"zh": "rjieba", "ja": "sudachipy", "th": "pythainlp"}.get(language, "re"))
    analyzer = TermVectorizer(languages=[language])._extractor().analyzer
    for sentence, words in TABLES[language]["words"]:
        assert " ".join(analyzer._found(sentence)) == words
        # By kernels, too, whatever the forms are.
        counted = TermVectorizer(languages=[language], stemmer=str).fit([sentence])
        assert set(counted.vocabulary_) == set(words.split())


@pytest.mark.parametrize("language", ["zh", "ja", "th"])
def test_without_a_segmenter_pairs_lose_nothing(language, monkeypatch):
    monkeypatch.setattr("topics.text.language_words.segmenters", lambda languages: {})
    for word in TABLES[language]["together"]:
        assert Segmenter([language]).of_class == {}
        text = f"2018{word}5 NBA{word}"
        fitted = TermVectorizer(languages=[language]).fit([text])
        held = "".join(sorted(fitted.vocabulary_))
        assert set(word) <= set(held)
        assert "nba" in fitted.vocabulary_


def test_a_form_is_shown_as_its_commonest_spelling_and_found_by_any():
    texts = ["Flüchtlinge kamen", "Die Flüchtlinge gingen", "Ein Flüchtling blieb", "Straße"]
    vectorizer = TermVectorizer(languages="german").fit(texts)
    assert vectorizer.forms_["flüchtlinge"] == ["flüchtlinge", "flüchtling"]
    column = vectorizer.vocabulary_["flüchtlinge"]
    assert vectorizer.transform(["des Flüchtlings", "Strasse"])[:, column].toarray().tolist() == [
        [1],
        [0],
    ]
    assert vectorizer.transform(["Strasse"]).sum() == 1
    assert vectorizer.words_of_terms("Ein Flüchtling")["flüchtlinge"] == "flüchtling"


def test_forms_are_spelled_alike_whatever_parts_the_texts_come_in(tmp_path):
    parts = [["border, borders, borders"], ["a border", "two borders camp", "border"], ["camps"]]
    params = {"languages": ["en"], "phrases": ["borders camp"]}
    whole = TermVectorizer(**params).fit([text for part in parts for text in part])
    # Each stands as often: the first by the alphabet.
    assert {"border", "camp", "border camp"} <= whole.vocabulary_.keys()
    batches = TermVectorizer(**params)
    for part in parts:
        batches.partial_fit(part)
    merged = TermVectorizer(**params).fit(parts[0])
    merged.merge(*(TermVectorizer(**params).fit(part) for part in parts[1:]))
    for found in (batches, merged, TermVectorizer(**params).fit(parts)):
        assert found.vocabulary_ == whole.vocabulary_
        assert found.document_frequency_.tolist() == whole.document_frequency_.tolist()
        assert found.forms_ == whole.forms_
        assert found.phrases_.keys() == whole.phrases_.keys()
    # The terms of an artifact keep their names.
    save(TermVectorizer(**params).fit(parts[0]), tmp_path / "saved")
    again = load(tmp_path / "saved").partial_fit(parts[1] * 3)
    assert {"borders", "borders camp"} <= again.vocabulary_.keys()
    assert "border" not in again.vocabulary_
    other = TermVectorizer(**params).fit(parts[1] * 3)
    assert other.merge(load(tmp_path / "saved")).vocabulary_ == again.vocabulary_
    bounded = TermVectorizer(**params, max_vocabulary=2).fit(parts)
    held = {word for term in bounded.vocabulary_ for word in term.split()}
    assert len(bounded.vocabulary_) == 2
    assert bounded.forms_.keys() <= held


def test_phrases_match_by_forms(tmp_path):
    texts = ["refugee camps opened", "a refugee camp burnt", "the court sat", "courts sat"] * 8
    themes = {"camp": ["refugee camp"], "law": ["court"]}
    model = ThemeClassifier(themes, multi_label=False).fit(texts)
    assert model.predict(["Refugees' camps", "two courts"]).tolist() == ["camp", "law"]
    save(model, tmp_path / "model")
    again = load(tmp_path / "model")
    new = ["camps of refugees", "the refugee camp", "a court"]
    assert again.predict_proba(new).tobytes() == model.predict_proba(new).tobytes()


def test_seeds_stand_for_other_forms_where_words_count_as_they_stand():
    texts = ["выборах выборах", "суд суд"] * 20
    vectorizer = default_vectorizer(column(texts)).set_params(word_forms="clitics", max_df=1.0)
    themes = {"vote": ["выборы"], "law": ["суд"]}
    model = ThemeClassifier(themes, multi_label=False, vectorizer=vectorizer).fit(texts)
    assert vectorizer.fit(texts).related_terms("выборы") == ["выборах"]
    assert model.predict(["на выборах"]).tolist() == ["vote"]


def test_one_character_of_han_is_found_within_words():
    vectorizer = TermVectorizer(languages=["zh"], stemmer=str).fit(["减税政策", "难民问题"])
    assert vectorizer.related_terms("税")
    assert all("税" in term for term in vectorizer.related_terms("税"))


def test_a_pile_of_two_languages_is_read_by_both():
    texts = ["Die Flüchtlinge kamen mit einem Flüchtling über die Grenze nach Köln."] * 9
    texts += [
        "İstanbul'un IŞIK mahallesinde mültecilerin evleri vardı, hükümetin bakanı geldi."
    ] * 9
    texts += [
        "INTERIOR minister of Turkey met the refugees and a refugee in the INDIAN embassy."
    ] * 9
    vectorizer = default_vectorizer(column(texts)).set_params(max_df=1.0)
    assert set(vectorizer.languages) == {"de", "tr", "en"}
    terms = vectorizer.fit(texts).vocabulary_
    assert {"istanbul", "ışık", "interior", "flüchtling", "refugee"} <= terms.keys()
    assert not {"refugees", "flüchtlinge", "ınterior", "un"} & terms.keys()


@pytest.mark.parametrize(
    ("language", "text", "words"),
    [
        (
            "en",
            "http://x.example—refugees HTTPS://X.EXAMPLE Www.x.example,camps @Jo_Müller",
            "refugees camps",
        ),
        ("en", "Jörg.Müller@firma.example awww R&amp;D caf&eacute;", "awww r&d café"),
        ("zh", "请访问https://x.example/abc，难民营", "请 访问 难民 民营 难民营"),
        ("tr", "TÜRKİYE'NİN ABD'DE O'Brien", "türkiye abd brien"),
        ("he", "ג'ורג' בז'נבה", "גורג בזנבה"),
        ("uz", "o'zbekiston bo'lib", "oʻzbekiston boʻlib"),
    ],
)
def test_addresses_entities_and_apostrophes(language, text, words):
    if language == "zh":
        pytest.importorskip("rjieba")
    assert TermVectorizer(languages=[language], stemmer=str).tokenize(text) == words.split()


@pytest.mark.parametrize(
    "phrase", ["right of return", "Bank of England", "St. Petersburg", "U.S. Army", "R&D"]
)
def test_seeds_with_stop_words_and_stops_are_found(phrase):
    texts = [f"They spoke of the {phrase} in long talks", "the court sat today"] * 8
    model = ThemeClassifier({"seed": [phrase], "law": ["court"]}, multi_label=False).fit(texts)
    assert model.predict([f"on the {phrase}"]).tolist() == ["seed"]


@pytest.mark.parametrize(
    ("language", "seed", "text"),
    [
        ("en", "organization*", "organized organization organized"),
        ("de", "*lingen", "Flüchtlinge Flüchtlingen Flüchtlinge"),
        ("ru", "учён*", "ученые ученые учёные"),
        ("ar", "معتقل*", "المعتقلين"),
    ],
)
def test_open_seeds_look_at_all_forms(language, seed, text):
    vectorizer = TermVectorizer(languages=[language]).fit([text])
    assert seed_matches(seed, vectorizer) == list(vectorizer.vocabulary_)


def test_stop_words_are_read_as_the_texts_are():
    vectorizer = TermVectorizer(languages="en", stop_words=["The", "U.S.", "Réfugiés"])
    assert list(vectorizer.fit(["The U.S. camp, re\u0301fugie\u0301s"]).vocabulary_) == ["camp"]


def test_forms_of_given_terms_and_very_long_stretches():
    vectorizer = TermVectorizer(languages="en", vocabulary=["ministers", "refugees"])
    assert vectorizer.transform(["a minister, refugees"]).toarray().tolist() == [[1, 1]]
    long = TermVectorizer(languages=["ja", "zh", "th"]).fit(["難民問題予算" * 9000, "カタカナ"])
    assert "カタカナ" in long.vocabulary_


def test_merged_vectorizers_agree_where_stems_have_other_stems():
    first, second = ["уряд працює"], ["він працює", "на працю працю", "про працю"]
    merged = TermVectorizer(languages="uk").fit(first)
    merged.merge(TermVectorizer(languages="uk").fit(second))
    whole = TermVectorizer(languages="uk").fit([*first, *second])
    assert merged.vocabulary_ == whole.vocabulary_
    assert merged.document_frequency_.tolist() == whole.document_frequency_.tolist()


SENTENCE_LETTERS = "aZé .!?…。！？｡؟۔।॥\n\t \"”)」'1DrzBг-•"


@given(st.text(alphabet=SENTENCE_LETTERS, max_size=80))
@settings(max_examples=500, deadline=None)
def test_ends_of_sentences_are_those_of_the_whole_pattern(text):
    from topics.text.sentences import _END, _END_IN_LOWER_CASE, _ends

    for end in (_END, _END_IN_LOWER_CASE):
        assert _ends(end, text) == [match.end() for match in end.finditer(text)]
