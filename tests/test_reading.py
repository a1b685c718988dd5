import contextlib
import gzip
import json
import warnings

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from topics import Corpus, TopicsError, read_releases
from topics._arrow import as_texts
from topics.reading.cleaning import clean_text, strip_markup
from topics.reading.encodings import decode
from topics.reading.rows import MISSING

RECORDS = [
    {"id": "a", "title": "Talks resume", "text": "Envoys met on Friday.", "date": "2018-07-03"},
    {"id": "b", "title": "Aid arrives", "text": "Lorries came, at last.", "date": "2018-07-02"},
]


def write_all(folder):
    """The same two releases in every tabular format."""
    frame = pd.DataFrame(RECORDS)
    frame.to_csv(folder / "in.csv", index=False)
    frame.to_csv(folder / "in.tsv", index=False, sep="\t")
    frame.to_csv(folder / "semicolon.csv", index=False, sep=";")
    frame.to_parquet(folder / "in.parquet")
    (folder / "in.json").write_text(json.dumps(RECORDS))
    (folder / "nested.json").write_text(json.dumps({"count": 2, "items": RECORDS}))
    (folder / "in.jsonl").write_text("\n".join(map(json.dumps, RECORDS)))
    (folder / "in.csv.gz").write_bytes(gzip.compress((folder / "in.csv").read_bytes()))
    with pa.CompressedOutputStream(str(folder / "in.jsonl.zst"), "zstd") as out:
        out.write((folder / "in.jsonl").read_bytes())
    return sorted(folder.iterdir())


def test_every_tabular_format_gives_the_same(tmp_path):
    for path in write_all(tmp_path):
        corpus = read_releases(path)
        rows = corpus.table.select(["id", "title", "text", "date"]).to_pylist()
        assert rows == RECORDS, path.name
        assert corpus["path"].to_pylist() == [str(path)] * 2
        assert corpus.rejects.num_rows == 0


def test_everything_in_memory_gives_the_same():
    frame = pd.DataFrame(RECORDS)
    for source in (RECORDS, frame, pl.DataFrame(RECORDS), pa.Table.from_pylist(RECORDS)):
        corpus = read_releases(source)
        assert corpus.table.select(["id", "title", "text", "date"]).to_pylist() == RECORDS
    assert read_releases(["one text", "another text"])["text"].to_pylist() == [
        "one text",
        "another text",
    ]
    assert read_releases(r["text"] for r in RECORDS)["row"].to_pylist() == [1, 2]


def test_folder_glob_and_list(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "a.txt").write_text("First Title\n\nFirst body.")
    (tmp_path / "sub" / "b.md").write_text("# Second Title\n\nSecond body.")
    (tmp_path / "c.docx").write_bytes(b"PK\x03\x04")
    (tmp_path / ".hidden.txt").write_text("not this")
    corpus = read_releases(tmp_path)
    assert corpus["title"].to_pylist() == ["First Title", "Second Title"]
    assert corpus.rejects.to_pylist() == [
        {
            "path": str(tmp_path / "c.docx"),
            "row": None,
            "reason": "it is damaged or cut short; copy it again",
        }
    ]
    assert len(read_releases(str(tmp_path / "**" / "*.md"))) == 1
    assert len(read_releases([tmp_path / "a.txt", tmp_path / "sub" / "b.md"])) == 2


def test_html_page(tmp_path):
    body = "".join(
        f"<p>Paragraph {i} tells how the lorries of the aid convoy reached the town.</p>"
        for i in range(6)
    )
    (tmp_path / "page.html").write_text(
        "<html><head><title>Aid Convoy Arrives</title>"
        '<meta property="article:published_time" content="2018-07-03"></head><body>'
        f"<nav>Home About Contact</nav><article><h1>Aid Convoy Arrives</h1>{body}</article>"
        "<footer>All rights reserved</footer></body></html>"
    )
    release = read_releases(tmp_path / "page.html")[0]
    assert release["title"] == "Aid Convoy Arrives"
    assert release["date"] == "2018-07-03"
    assert "Paragraph 5" in release["text"]
    assert "Home About" not in release["text"]


def test_markdown_front_matter(tmp_path):
    (tmp_path / "a.md").write_text(
        "---\ntitle: Aid Arrives\ndate: 2018-07-03\n---\nLorries came.\n"
    )
    release = read_releases(tmp_path / "a.md")[0]
    assert (release["title"], release["date"], release["text"], release["row"]) == (
        "Aid Arrives",
        "2018-07-03",
        "Lorries came.",
        5,
    )


def test_standard_input(stdin):
    stdin(b"text,label\nEnvoys met.,diplomacy\n")
    corpus = read_releases("-")
    assert corpus["label"].to_pylist() == ["diplomacy"]
    assert corpus["path"].to_pylist() == ["stdin"]


def test_other_columns_are_kept_and_ours_can_be_named(tmp_path):
    (tmp_path / "in.csv").write_text("Absatz,Thema\nEnvoys met.,diplomacy\n")
    corpus = read_releases(tmp_path / "in.csv", columns={"text": "Absatz"})
    assert corpus[0]["Thema"] == "diplomacy"
    with pytest.raises(TopicsError, match=r"in\.csv: no column holds the text.*Absatz, Thema"):
        read_releases(tmp_path / "in.csv")


def test_bad_rows_are_rejected_and_the_others_read(tmp_path):
    (tmp_path / "in.jsonl").write_text('{"text": "one"}\n{"text": \n{"text": ""}\n17\n"two"\n')
    corpus = read_releases(tmp_path / "in.jsonl")
    assert corpus["text"].to_pylist() == ["one", "two"]
    assert corpus["row"].to_pylist() == [1, 5]
    assert [(r["row"], r["reason"].split(" (")[0]) for r in corpus.rejects.to_pylist()] == [
        (2, "broken JSON"),
        (3, "the text is empty"),
        (4, "neither an object nor a text"),
    ]


def test_csv_rows_with_too_many_cells_are_named(tmp_path):
    (tmp_path / "in.csv").write_text("id,text\n1,one\n2,two,three\n4,four\n")
    corpus = read_releases(tmp_path / "in.csv")
    assert corpus["row"].to_pylist() == [2, 4]
    (reject,) = corpus.rejects.to_pylist()
    assert reject["row"] == 3
    assert "3 cells where the header has 2" in reject["reason"]


def test_an_open_quote_is_an_error_and_an_inch_is_none(tmp_path):
    (tmp_path / "open.csv").write_text('title,text\nA,one\nB,"two\nC,three\n')
    with pytest.raises(TopicsError, match=r"open\.csv, row 3: a quote that opens"):
        read_releases(tmp_path / "open.csv")
    (tmp_path / "inch.csv").write_text('title,text\nA,a 5" pipe\nB,two\n')
    assert read_releases(tmp_path / "inch.csv")["text"].to_pylist() == ['a 5" pipe', "two"]


def test_columns_without_a_name_or_twice_and_our_names(tmp_path):
    (tmp_path / "in.csv").write_text("text,,,path,x,x\none,1,2,/mine,3,4\n")
    release = read_releases(tmp_path / "in.csv")[0]
    assert (release["path_"], release["x"], release["x_2"]) == ("/mine", "3", "4")
    assert release["path"] == str(tmp_path / "in.csv")


def test_json_objects_that_hold_lists_are_one_release(tmp_path):
    (tmp_path / "one.json").write_text('{"text": "real", "comments": [{"text": "nice"}]}')
    assert read_releases(tmp_path / "one.json")["text"].to_pylist() == ["real"]
    (tmp_path / "list.json").write_text('{"releases": ["one", "two"]}')
    assert read_releases(tmp_path / "list.json")["text"].to_pylist() == ["one", "two"]


def test_columns_of_different_types_become_text(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"text": "one", "score": "high"}')
    pd.DataFrame({"text": ["two"], "score": [2]}).to_parquet(tmp_path / "b.parquet")
    assert read_releases(tmp_path)["score"].to_pylist() == ["high", "2"]


def test_odd_values_in_memory():
    import datetime

    rows = [{"text": "a", "title": float("nan"), "date": datetime.date(2018, 7, 3), 7: "seven"}]
    release = read_releases(rows)[0]
    assert (release["title"], release["date"], release["7"]) == (None, "2018-07-03", "seven")
    assert read_releases(pd.Series(["x", "y"], index=[5, 3]))["text"].to_pylist() == ["x", "y"]


def test_a_mistyped_path_is_never_a_text():
    with pytest.raises(TopicsError, match="relases/: no such file or folder"):
        read_releases("relases/")


def test_quoted_line_ends_and_wide_cells(tmp_path):
    text = 'He said "go",\nthen left. ' + "word " * 400_000
    pd.DataFrame({"text": [text, "short"]}).to_csv(tmp_path / "in.csv", index=False)
    assert read_releases(tmp_path / "in.csv")["text"].to_pylist() == [text, "short"]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("empty.txt", b"", "the file is empty"),
        ("blank.csv", b"\n\n", "the file is empty"),
        ("binary.txt", bytes(range(256)) * 40, "binary, not text"),
        ("paper.txt", b"%PDF-1.7\n\xe2\xe3\xcf\xd3" + b"\x00\x9f" * 99, "it is damaged"),
        ("broken.json", b'[{"text": "a"},\n{"text": }]', "row 2: broken JSON"),
        ("cut.parquet", b"PAR1\x15\x04\x15", "cut short"),
        ("cut.csv.gz", gzip.compress(b"text\none\n" * 99, mtime=0)[:-20], "cut short"),
        ("none.jsonl", b'{"text": ""}\n{"text": null}', "no readable release at all"),
    ],
)
def test_files_that_cannot_be_read(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(TopicsError, match=message) as raised:
        read_releases(tmp_path / name)
    assert name in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_bad_file_among_good_ones_is_rejected(tmp_path):
    (tmp_path / "a.txt").write_text("Title\n\nBody of a release.")
    (tmp_path / "b.parquet").write_bytes(b"PAR1")
    corpus = read_releases(tmp_path)
    assert len(corpus) == 1
    assert corpus.rejects["path"].to_pylist() == [str(tmp_path / "b.parquet")]


def test_paths_that_are_not_there(tmp_path):
    with pytest.raises(TopicsError, match="no such file or folder"):
        read_releases(tmp_path / "missing.csv")
    with pytest.raises(TopicsError, match="no such file or folder"):
        read_releases([str(tmp_path / "missing.csv")])
    with pytest.raises(TopicsError, match="holds no file"):
        read_releases(tmp_path)
    with pytest.raises(TopicsError, match="no input"):
        read_releases([])


SAMPLES = {
    "utf-8-sig": "Réfugiés à l’Élysée",
    "utf-16": "Réfugiés à l’Élysée",
    "utf-16-le": "Envoys met in the harbour town on Friday.",
    "cp1252": "La présidente a rencontré l’ambassadeur – « un succès » pour l’Élysée.",
    "iso8859-1": "São Paulo não é só isso; ações à vista, diz o ministro",
    "iso8859-9": "Başkan, göçmenlerin İstanbul'a dönüşünü görüştü; şehir güvenliği",
    "cp1250": "Żółta łódka płynie przez jezioro, mówi minister spraw zagranicznych „tak”",
    "cp1251": "Президент встретился с послом Германии и обсудил беженцев",
    "cp1256": "اللاجئون السوريون في لبنان يطالبون بالعودة إلى ديارهم، والأمم المتحدة تحذر",
    "iso8859-6": "اجتماع مع سفراء ثلاث دول لبحث المساعدات الإنسانية",
}


@pytest.mark.parametrize("encoding", SAMPLES)
def test_encodings_are_recognised(encoding):
    assert decode(SAMPLES[encoding].encode(encoding)) == SAMPLES[encoding]


def test_bytes_of_two_encodings_are_both_read():
    data = "id,text\n1,café\n".encode() + "2,café and Jo’s\n".encode("cp1252") + b"3,plain\n"
    with pytest.warns(
        UserWarning, match=r"in\.csv: 2 bytes .* read as Windows-1252, first in line 3"
    ):
        assert decode(data, "in.csv") == "id,text\n1,café\n2,café and Jo’s\n3,plain\n"


def test_a_few_odd_bytes_do_not_make_a_macintosh_file():
    assert decode("id,text\n1,café film actor’s\n".encode("cp1252")) == (
        "id,text\n1,café film actor’s\n"
    )


def test_one_broken_byte_does_not_change_the_encoding():
    data = ("Réfugiés à Nîmes\n" * 40).encode() + b"\xff\n"
    with pytest.warns(UserWarning, match="line 41"):
        assert decode(data).startswith("Réfugiés à Nîmes")


def test_mojibake_is_repaired_on_request():
    broken = "Les rÃ©fugiÃ©s sont arrivÃ©s"
    assert read_releases([broken])["text"][0].as_py() == broken
    assert read_releases([broken], repair=True)["text"][0].as_py() == "Les réfugiés sont arrivés"


def test_dates_are_decided_over_the_whole_source():
    rows = [{"text": "a", "date": "03/07/2018"}, {"text": "b", "date": "30/06/2018"}]
    assert read_releases(rows)["date"].to_pylist() == ["2018-07-03", "2018-06-30"]
    assert read_releases(rows[:1], dayfirst=False)["date"].to_pylist() == ["2018-03-07"]
    with pytest.warns(UserWarning, match="1 dates could not be read.*'soon'"):
        assert read_releases([{"text": "a", "date": "soon"}])["date"].to_pylist() == [None]


def test_languages():
    corpus = read_releases(
        [
            "The envoys met in the harbour town on Friday and spoke about the ferries.",
            "Die Gesandten trafen sich am Freitag in der Hafenstadt und sprachen über die Fähren.",
            "اجتمع رئيس الهيئة مع سفراء ثلاث دول لبحث المساعدات الإنسانية",
            "12345",
        ]
    )
    assert corpus["language"].to_pylist() == ["en", "de", "ar", None]


def test_ids_come_from_the_content_and_stay_unique():
    corpus = read_releases(["Aid arrives", "Talks resume", "Aid  arrives"])
    first, _, again = corpus["id"].to_pylist()
    assert again == f"{first}-2"
    assert read_releases(["Talks resume", "Aid arrives"])["id"][1].as_py() == first
    assert corpus.duplicates().to_pylist() == [
        {"position": 2, "id": again, "of": first, "similarity": 1.0}
    ]
    left = corpus.drop_duplicates()
    assert len(left) == 2
    assert left.drop_duplicates() == left
    assert left.rejects["reason"].to_pylist() == [f"duplicate of {first}"]


def test_near_duplicates():
    words = [f"word{i}" for i in range(200)]
    texts = [" ".join(words), " ".join([*words[:-1], "other"]), " ".join(reversed(words))]
    found = Corpus(pa.table({"text": texts})).duplicates(0.8)
    assert found["position"].to_pylist() == [1]
    assert found["similarity"][0].as_py() > 0.9


def test_corpus_behaves_as_a_sequence():
    corpus = read_releases(RECORDS)
    assert [r["id"] for r in corpus] == ["a", "b"]
    assert corpus[-1]["id"] == "b"
    assert corpus[::-1]["id"].to_pylist() == ["b", "a"]
    assert corpus[[-1, 0]]["id"].to_pylist() == ["b", "a"]
    assert corpus[[True, False]]["id"].to_pylist() == ["a"]
    assert corpus.filter(lambda r: "Aid" in r["title"])["id"].to_pylist() == ["b"]
    assert (corpus + corpus)["id"].to_pylist() == ["a", "b", "a-2", "b-2"]
    assert corpus.texts[0].as_py() == "Talks resume\n\nEnvoys met on Friday."
    with pytest.raises(IndexError):
        corpus[2]
    with pytest.raises(KeyError, match="no column"):
        corpus["nothing"]
    assert "2 releases" in repr(corpus)
    assert "Talks resume" in repr(corpus)
    assert "<table>" in corpus._repr_html_()


def test_corpus_goes_to_other_tools_and_comes_back(tmp_path):
    corpus = read_releases(RECORDS)
    assert Corpus.from_pandas(corpus.to_pandas()) == corpus
    assert Corpus.from_polars(corpus.to_polars()) == corpus
    corpus.to_parquet(tmp_path / "c.parquet")
    assert Corpus.from_parquet(tmp_path / "c.parquet") == corpus
    assert len(pq.read_table(tmp_path / "c.parquet")) == 2
    dictionary, bags = corpus.to_gensim()
    back = Corpus.from_gensim(bags, dictionary)
    assert sorted(back["text"][0].as_py().split()) == [
        "envoys",
        "friday",
        "met",
        "on",
        "resume",
        "talks",
    ]


def test_hostile_html_in_a_title_is_escaped():
    corpus = read_releases([{"title": "<script>alert(1)</script>", "text": "x"}])
    assert "<script>" not in corpus._repr_html_()


@given(st.lists(st.text(min_size=1), min_size=1, max_size=5))
def test_any_text_is_read_or_rejected(texts):
    plain = [clean_text(strip_markup(text)).strip() for text in texts]
    filled = [text for text in plain if text and text not in MISSING]
    rows = [{"text": text} for text in texts]
    if not filled:
        with pytest.raises(TopicsError):
            read_releases(rows, languages=False)
        return
    corpus = read_releases(rows, languages=False)
    assert len(corpus) + corpus.rejects.num_rows == len(texts)


@given(st.binary(max_size=400))
def test_any_bytes_are_decoded_or_refused(data):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with contextlib.suppress(TopicsError):
            assert "\x00" not in decode(data)


def test_tables_that_arrow_has_no_type_for():
    frame = pd.DataFrame({"text": ["aid", "talks"], "score": [1, "high"], "none": [None, 2.5]})
    assert Corpus.from_pandas(frame)["score"].to_pylist() == ["1", "high"]
    assert read_releases(frame)["score"].to_pylist() == ["1", "high"]
    twice = pd.DataFrame([["aid", "talks"]], columns=["text", "text"])
    for read in (Corpus.from_pandas, read_releases):
        with pytest.raises(TopicsError, match="several columns text"):
            read(twice)
    with pytest.raises(TopicsError, match="several columns text"):
        Corpus(pa.table([["aid"], ["talks"]], names=["text", "text"]))


def test_arguments_that_mean_something_else(tmp_path):
    with pytest.raises(TopicsError, match="the path is empty"):
        read_releases("")
    (tmp_path / "in.txt").write_text("Aid\n\n***\n\nTalks\n")
    with pytest.raises(ValueError, match="did you mean 'press-marks'"):
        read_releases(tmp_path / "in.txt", split="pressmarks")


def test_bytes_of_an_arrow_column_that_are_no_utf8_are_replaced():
    raw = pa.array([b"aid", b"caf\xe9 talks"], pa.large_binary()).view(pa.large_string())
    assert as_texts(raw).to_pylist() == ["aid", "caf\ufffd talks"]
    with pytest.raises(TopicsError, match="index 1: the text is no UTF-8"):
        as_texts(raw, "strict")


def test_a_file_is_read_once_by_whatever_name(tmp_path):
    (tmp_path / "a.txt").write_text("Title\n\nText.")
    (tmp_path / "self").symlink_to(tmp_path)
    (tmp_path / "b.txt").symlink_to(tmp_path / "a.txt")
    assert len(read_releases(str(tmp_path / "**" / "*"))) == 1
    assert len(read_releases([tmp_path / "a.txt", tmp_path / "a.txt", tmp_path / "b.txt"])) == 1


def test_a_device_is_no_file(tmp_path):
    (tmp_path / "zero.txt").symlink_to("/dev/zero")
    with pytest.raises(TopicsError, match="it is a device"):
        read_releases(tmp_path / "zero.txt")


def test_bytes_that_are_no_utf8_are_replaced_in_a_corpus():
    text = pa.array([b"\xff judge", b"ok"]).view(pa.string())
    for columns in ({"text": text}, {"id": ["a", "b"], "text": text}):
        corpus = Corpus(pa.table(columns))
        assert corpus["text"].to_pylist() == ["\ufffd judge", "ok"]
    assert read_releases(pa.table({"text": text}))["text"].to_pylist() == ["\ufffd judge", "ok"]


def test_positions_that_are_none_are_refused():
    corpus = read_releases(["one text", "two texts"])
    assert corpus[[-1, 0]]["text"].to_pylist() == ["two texts", "one text"]
    assert len(corpus[[]]) == 0
    for key, error in (([2], IndexError), ([True], IndexError), ([0.5], TypeError)):
        with pytest.raises(error):
            corpus[key]
