"""Tables as people have them: CSV, JSON, workbooks, columns of every type, and accounting of rows."""

import csv
import io
import json
import struct

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import feather

from topics import TopicsError, read_releases
from topics.reading.grids import Record, rows_from_grid
from topics.reading.json_records import read_json_lines, read_plain_json_lines

LONG = "The board said that the ferry will sail twice a day from the old quay in the harbour."
ROWS = [
    {"title": "Ferry, at last", "text": f'She said "no", and left.\n{LONG}', "date": "2018-07-03"},
    {"title": "Überfahrt – neu", "text": f"{LONG} Zum zweiten Mal; am Kai.", "date": "2018-07-04"},
    {"title": "العبّارة", "text": "تبحر العبارة مرتين في اليوم من الرصيف القديم في الميناء.", "date": "2018-07-05"},
]  # fmt: skip


def write(path, text, encoding="utf-8"):
    path.write_bytes(text.encode(encoding))
    return read_releases(path, languages=False)


def rejected(corpus):
    return [(reject["row"], reject["reason"]) for reject in corpus.rejects.to_pylist()]


@pytest.mark.parametrize(
    ("text", "texts", "rows", "reasons"),
    [
        # Spark, MySQL and PHP write \" within quotes.
        ('title,text\nA,"She said \\"no\\"\nand left, then"\nB,"So, too"\n',
         ['She said "no"\nand left, then', "So, too"], [2, 3], []),
        ('title,text\nA,"She said \\"no, never\\" to it, twice"\nB,Plain\n',
         ['She said "no, never" to it, twice', "Plain"], [2, 3], []),
        ('no;"name, long, of it";text\n1;A;One\n2;B;Two\n', ["One", "Two"], [2, 3], []),
        ("title,text\nA,NA\nB,NULL\nC,nan\nD,So\n", ["So"], [5], [(r, "the text is empty") for r in (2, 3, 4)]),
        ("Report of releases\nExported on:,2018-07-05\n\ntitle,text\nA,So\n", ["So"], [5], []),
        ("title,text\nA,One\ntitle,text\nB,Two\n", ["One", "Two"], [2, 4],
         [(3, "it repeats the names of the columns")]),
        ('title,text\nA,"one"\n\nB,"two\nlines"\n\nC\nD,\nE,last\n', ["one", "two\nlines", "last"], [2, 4, 8],
         [(6, "1 cells"), (7, "the text is empty")]),
        ("text\nHello, the board said.\nNo comma.\nOne, two, three.\n",
         ["Hello, the board said.", "No comma.", "One, two, three."], [2, 3, 4], []),
        ("title,text,\nA,One,\nB,Two,\n", ["One", "Two"], [2, 3], []),
        ("title,text\nA,One,\nB,Two,\n", ["One", "Two"], [2, 3], []),
        ('"title","text"\n"1","A","One"\n"2","B","Two"\n', ["One", "Two"], [2, 3], []),
        ("sep=;\ntitle;text\nA;One\n", ["One"], [3], []),
    ],
)  # fmt: skip
def test_csv_as_people_have_it(tmp_path, text, texts, rows, reasons):
    corpus = write(tmp_path / "a.csv", text)
    assert corpus["text"].to_pylist() == texts
    assert corpus["row"].to_pylist() == rows
    found = rejected(corpus)
    assert [row for row, _ in found] == [row for row, _ in reasons]
    for (_, reason), (_, expected) in zip(found, reasons, strict=True):
        assert reason.startswith(expected)


def test_a_text_that_begins_like_a_table_is_a_text(tmp_path):
    corpus = write(
        tmp_path / "a.txt", f"Press release, 5 March 2024\n\nFerry sails\n\n{LONG}\n\n{LONG}\n"
    )
    assert corpus["title"].to_pylist() == ["Ferry sails"]
    corpus = write(tmp_path / "b.txt", f"[1] Ferry sails\n\n{LONG}\n")
    assert corpus["text"].to_pylist() == [LONG]


def test_excels_unicode_text_is_a_table(tmp_path):
    table = "title\ttext\tdate\r\n" + "".join(
        f"{r['title']}\t{LONG}\t{r['date']}\r\n" for r in ROWS
    )
    (tmp_path / "export.txt").write_bytes(b"\xff\xfe" + table.encode("utf-16-le"))
    corpus = read_releases(tmp_path / "export.txt", languages=False)
    assert corpus["title"].to_pylist() == [row["title"] for row in ROWS]


def shapes():
    frame = pd.DataFrame(ROWS)
    wrapped = [{"id": i, "fields": {"headline": r["title"], "bodyText": r["text"]}, "webPublicationDate": r["date"]}
               for i, r in enumerate(ROWS)]  # fmt: skip
    yield "records", json.dumps(ROWS)
    for orient in ("split", "index", "columns", "table"):
        yield orient, frame.to_json(orient=orient)
    yield "lists", json.dumps(frame.to_dict("list"))
    yield "lines", frame.to_json(orient="records", lines=True)
    yield "pretty, one after the other", "\n".join(json.dumps(row, indent=2) for row in ROWS)
    yield "envelope", json.dumps({"status": "ok", "totalResults": 3, "articles": ROWS})
    yield "guardian", json.dumps({"response": {"status": "ok", "results": wrapped}})
    yield "reliefweb", json.dumps({"data": [
        {"id": "1", "fields": {"title": r["title"], "body": r["text"], "date": {"created": r["date"]}}} for r in ROWS
    ]})  # fmt: skip
    yield "wordpress", json.dumps([
        {"title": {"rendered": r["title"]}, "content": {"rendered": r["text"]}, "date": r["date"]} for r in ROWS
    ])  # fmt: skip
    yield "elastic", json.dumps({"hits": {"hits": [{"_id": "x", "_source": row} for row in ROWS]}})
    yield "graphql", json.dumps({"data": {"posts": {"edges": [{"node": row} for row in ROWS]}}})
    yield (
        "pages",
        json.dumps([{"page": 1, "articles": ROWS[:2]}, {"page": 2, "articles": ROWS[2:]}]),
    )
    yield "years", json.dumps({"2017": ROWS[:1], "2018": ROWS[1:]})
    yield (
        "beside others",
        json.dumps({"results": ROWS, "suggestions": [{"title": "x", "text": "y z"}] * 9}),
    )
    yield "with a byte order mark", "\ufeff" + json.dumps(ROWS)


@pytest.mark.parametrize(("shape", "text"), shapes(), ids=[name for name, _ in shapes()])
def test_json_of_all_shapes(tmp_path, shape, text):
    corpus = write(tmp_path / "a.json", text)
    assert corpus["title"].to_pylist() == [row["title"] for row in ROWS]
    assert corpus["text"].to_pylist() == [row["text"] for row in ROWS]
    assert corpus["date"].to_pylist() == [row["date"] for row in ROWS]


def test_json_of_one_release_and_its_paragraphs(tmp_path):
    one = {"title": "Ferry", "body": ["One is here.", "Two is there."], "tags": ["a", "b"]}
    (release,) = write(tmp_path / "a.json", json.dumps(one))
    assert (release["title"], release["text"]) == ("Ferry", "One is here.\n\nTwo is there.")
    blocks = {"title": "Ferry", "body": [
        {"type": "image", "url": "a.jpg"}, {"type": "paragraph", "text": "One is here."},
        {"type": "paragraph", "children": [{"type": "text", "text": "Two is "}, {"type": "text", "text": "there."}]},
    ]}  # fmt: skip
    (release,) = write(tmp_path / "b.json", json.dumps(blocks))
    assert release["text"] == "One is here.\n\nTwo is there."


def test_a_nested_field_by_its_dotted_path(tmp_path):
    (tmp_path / "a.json").write_text(json.dumps([{"doc": {"words": LONG, "head": "Ferry"}}]))
    (release,) = read_releases(
        tmp_path / "a.json", columns={"text": "doc.words", "title": "doc.head"}, languages=False
    )
    assert (release["title"], release["text"]) == ("Ferry", LONG)


def test_arrows_reader_gives_what_pythons_does():
    lines = "".join(json.dumps(row | {"n": i, "none": None}) + "\n" for i, row in enumerate(ROWS))
    fast, slow = read_plain_json_lines(lines.encode()), read_json_lines(lines, "a.jsonl")
    assert fast.table.to_pylist() == slow.table.to_pylist()
    assert fast.numbers == slow.numbers
    for other in ('{"text": ["a"]}\n', '{"text": "a"}\n\n{"text": "b"}\n', '{"text": \n', "3\n"):
        assert read_plain_json_lines(other.encode()) is None


@pytest.mark.parametrize(
    "name",
    ["contents", "Body Text", "articleBody", "maintext", "Inhalt", "Contenu", "cuerpo", "whatever"],
)
def test_columns_are_found_by_name_or_by_what_they_hold(tmp_path, name):
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["no", "Headline", name, "Release Date", "url"])
    for i, row in enumerate(ROWS[:2]):
        writer.writerow([i, row["title"], row["text"], "3-Jul-18", "https://example.org/a"])
    corpus = write(tmp_path / "a.csv", text.getvalue())
    assert corpus["text"].to_pylist() == [row["text"] for row in ROWS[:2]]
    assert corpus["date"].to_pylist() == ["2018-07-03"] * 2
    assert (name == "whatever") == any("whatever" in line for line in corpus.log)


def test_markup_in_cells_is_taken_off(tmp_path):
    cell = "<p>The minister&nbsp;said &quot;no&quot;.</p><p><a href='x'>More</a> on R&amp;D</p>"
    corpus = read_releases([{"title": "Aid &#8211; relief", "text": cell}], languages=False)
    assert corpus[0]["title"] == "Aid – relief"
    assert corpus[0]["text"] == 'The minister said "no".\n\nMore on R&D'
    kept = "Write to <press@example.org> if a < b and c > d.\n\nSecond <b>part</b>."
    assert read_releases([{"text": kept}], languages=False)[0]["text"] == kept.replace(
        "<b>", ""
    ).replace("</b>", "")


def test_invisible_characters_and_forms_of_letters():
    corpus = read_releases(
        ["Wert\u00adpapier\u200bindex A\u0308nderung\u00a0neu\x1b[2J"], languages=False
    )
    assert corpus[0]["text"] == "Wertpapierindex Änderung neu[2J"
    persian = "می\u200cخواهم"  # here the invisible one is spelling
    assert read_releases([persian], languages=False)[0]["text"] == persian


def test_columns_of_arrows_other_types():
    table = pa.table({
        "text": pa.array(["one text", "two texts", ""], pa.string_view()),
        "url": pa.array(["u", "v", "w"], pa.string_view()),
        "source": pa.array(["a", "a", "b"]).dictionary_encode(),
    })  # fmt: skip
    corpus = read_releases(table, languages=False)
    assert corpus["text"].to_pylist() == ["one text", "two texts"]
    assert corpus["source"].to_pylist() == ["a", "a"]
    assert rejected(corpus) == [(3, "the text is empty")]
    lists = pa.table({"title": ["A"], "text": [["One is here.", "Two is there."]]})
    assert read_releases(lists, languages=False)[0]["text"] == "One is here.\n\nTwo is there."


def test_what_python_has_beside_paths(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("title,text\nA,hello there\n")
    with path.open() as text, path.open("rb") as raw:
        for handle in (text, raw, io.StringIO(path.read_text()), io.BytesIO(path.read_bytes())):
            assert read_releases(handle, languages=False)["title"].to_pylist() == ["A"]
    assert len(read_releases((f"{LONG} {i}" for i in range(3)), languages=False)) == 3
    assert len(read_releases(np.array([LONG, "two texts"]), languages=False)) == 2
    corpus = read_releases(pd.Series([LONG, None, "two texts"]), languages=False)
    assert (len(corpus), corpus.rejects["row"].to_pylist()) == (2, [2])
    for text in (
        "Rates rose by 5 */month.",
        "Aid/relief * came",
        f"{LONG} See example.org/terms.html",
    ):
        assert read_releases([text], languages=False)["text"].to_pylist() == [text]


def round_trips():
    frame = pd.DataFrame(ROWS)
    excel = {"sep": ";", "encoding": "utf-8-sig", "index": False}
    yield "pandas csv", ".csv", lambda path: frame.to_csv(path, index=False)
    yield "pandas csv with its index", ".csv", frame.to_csv
    yield "excel", ".csv", lambda path: frame.to_csv(path, **excel, lineterminator="\r\n")
    yield "tsv", ".tsv", lambda path: frame.to_csv(path, sep="\t", index=False)
    yield "pandas json", ".json", frame.to_json
    yield "pandas lines", ".jsonl", lambda path: frame.to_json(path, orient="records", lines=True)
    yield "pandas parquet", ".parquet", frame.to_parquet
    yield "feather", ".feather", frame.to_feather
    yield "polars csv", ".csv", lambda path: pl.DataFrame(ROWS).write_csv(path)
    yield "polars lines", ".ndjson", lambda path: pl.DataFrame(ROWS).write_ndjson(path)
    yield "polars json", ".json", lambda path: pl.DataFrame(ROWS).write_json(path)
    yield "polars parquet", ".parquet", lambda path: pl.DataFrame(ROWS).write_parquet(path)
    yield "jq", ".json", lambda path: path.write_text(json.dumps(ROWS, indent=2))
    yield "r", ".csv", lambda path: frame.to_csv(path, quoting=csv.QUOTE_NONNUMERIC, na_rep="NA")
    yield (
        "spark",
        ".csv",
        lambda path: frame.to_csv(
            path, index=False, escapechar="\\", doublequote=False, quoting=csv.QUOTE_ALL
        ),
    )


@pytest.mark.parametrize(
    ("name", "ending", "save"), round_trips(), ids=[n for n, _, _ in round_trips()]
)
def test_a_corpus_comes_back_from_other_tools(tmp_path, name, ending, save):
    path = tmp_path / f"in{ending}"
    save(path)
    corpus = read_releases(path, languages=False)
    for column in ("title", "text", "date"):
        assert corpus[column].to_pylist() == [row[column] for row in ROWS]
    assert corpus.rejects.num_rows == 0


def test_workbooks(tmp_path):
    from workbook import write_xlsx

    write_xlsx(tmp_path / "a.xlsx", [["Export of the board"], [], ["title", "text", "date"], ["A", LONG, 43284],
                                     ["B", "", 43285], ["C", LONG + " Two.", 43286]])  # fmt: skip
    corpus = read_releases(tmp_path / "a.xlsx", languages=False)
    assert corpus["title"].to_pylist() == ["A", "C"]
    assert corpus["row"].to_pylist() == [4, 6]
    assert corpus["date"].to_pylist() == ["2018-07-03", "2018-07-05"]
    assert rejected(corpus) == [(5, "the text is empty")]


cells = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=12)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(cells, cells, cells), min_size=1, max_size=8))
def test_every_row_of_a_table_is_a_release_or_a_reject_in_order(rows):
    records = [Record(1, ["title", "text", "note"])]
    records += [Record(i, list(row)) for i, row in enumerate(rows, 2)]
    try:
        found = rows_from_grid(records, "a.xlsx")
    except TopicsError:
        return
    blank = [r.number for r in records[1:] if not any(cell.strip() for cell in r.cells)]
    accounted = sorted([*found.numbers, *(number for number, _ in found.rejects), *blank])
    assert accounted == [record.number for record in records[1:]]
    assert found.numbers == sorted(found.numbers)
    for number, row in zip(found.numbers, found.table.to_pylist(), strict=True):
        # A sheet is as wide as what stands in it: cells of blanks at the end are none.
        given = list(rows[number - 2])
        for at in (2, 1, 0):
            if given[at].strip():
                break
            given[at] = ""
        assert list(row.values())[:3] == given


@pytest.mark.parametrize(
    "column",
    [
        {"language": [["en"]]},
        {"title": [["x"]]},
        {"date": [{"a": 1}]},
        {"id": [{"a": 1}]},
        {"boilerplate": [1]},
    ],
)
def test_columns_named_like_ours_that_hold_something_else_are_kept(column):
    (name,) = column
    corpus = read_releases(pa.table({"text": [LONG], **column}), languages=False)
    assert corpus[f"{name}_"].to_pylist() == column[name]


def test_cells_that_are_no_plain_values():
    loop = {"text": LONG}
    loop["me"] = loop
    rows = [
        {"text": LONG, "v": np.zeros(3)},
        {"text": LONG, "v": pd.NA},
        {"text": LONG, "v": float("nan")},
        loop,
    ]
    corpus = read_releases(rows, languages=False)
    assert corpus["v"].to_pylist() == ["[0. 0. 0.]", None, None, None]


def test_files_whose_columns_are_of_different_kinds(tmp_path):
    pd.DataFrame({"text": [LONG], "m": [{"a": 1}]}).to_parquet(tmp_path / "a.parquet")
    pd.DataFrame({"text": [LONG], "m": ["x"]}).to_parquet(tmp_path / "b.parquet")
    assert read_releases(tmp_path, languages=False)["m"].to_pylist() == ['{"a": 1}', "x"]


def test_keys_that_are_ids_make_no_columns():
    rows = [{"text": LONG, f"key{i}": i} for i in range(300)]
    table = read_releases(rows, languages=False).table
    assert table.num_columns < 250
    assert json.loads(table["other_fields"].to_pylist()[-1]) == {"key299": 299}


def test_rows_of_json_that_are_none_are_rejects_and_further_cells_are_kept(tmp_path):
    split = {"columns": ["title", "text"], "data": [["A", LONG, "more"], "lost", ["B", LONG]]}
    corpus = write(tmp_path / "a.json", json.dumps(split))
    assert corpus["title"].to_pylist() == ["A", None, "B"]
    assert corpus["column_3"].to_pylist() == ["more", None, None]


def test_years_months_and_days_in_columns_of_their_own_are_one_date(tmp_path):
    news = "The ferry to the islands sails again from Friday."
    path = tmp_path / "news.csv"
    path.write_text(
        "Year,Month,Day,Title,Text\n"
        f"2018,7,3,Ferry,{news}\n2019,December,24,Snow,{news} Again.\n2019,12,,Ice,{news} Late.\n"
        f",,,Fog,{news} Perhaps.\n",
        encoding="utf-8",
    )
    corpus = read_releases(path)
    assert corpus.table["date"].to_pylist() == ["2018-07-03", "2019-12-24", "2019-12", None]
    assert {"Year", "Month", "Day"} <= set(corpus.table.column_names)


def test_a_date_of_its_own_and_tags_are_not_joined():
    rows = {"year": [2018], "month": [7], "text": ["The ferry to the islands sails again."]}
    dated = read_releases(pd.DataFrame({**rows, "published": ["2018-08-01"]}))
    assert dated.table["date"].to_pylist() == ["2018-08-01"]
    tagged = read_releases(pd.DataFrame({**rows, "tag": ["sea"]}))
    assert tagged.table["date"].to_pylist() == ["2018-07"]


@pytest.mark.parametrize("name", ["news.txt", "news.csv", "news.dat"])
def test_cells_in_quotes_with_spaces_between_them_as_r_writes_them(tmp_path, name):
    path = tmp_path / name
    path.write_text(
        '"title" "text" "date" "pages"\n'
        '"1" "Ferry" "The ferry sails again, from Friday on." "2018-07-03" 4\n'
        '"2" "Snow" "The \\"white night\\" closed the pass." NA 5\n'
        '"3" "Ice" "Two ships wait\nin the bay." "2018-07-05" NA\n',
        encoding="utf-8",
    )
    corpus = read_releases(path)
    assert corpus.table["title"].to_pylist() == ["Ferry", "Snow", "Ice"]
    assert corpus.table["text"].to_pylist() == [
        "The ferry sails again, from Friday on.", 'The "white night" closed the pass.',
        "Two ships wait\nin the bay.",
    ]  # fmt: skip
    assert corpus.table["date"].to_pylist() == ["2018-07-03", None, "2018-07-05"]
    assert corpus.table["row"].to_pylist() == [2, 3, 4]


def test_lines_with_as_many_tabs_are_a_table_and_a_sheet_of_facts_is_a_release(tmp_path):
    table, sheet = tmp_path / "out.txt", tmp_path / "sheet.txt"
    news = [
        "The ferry to the islands sails again from Friday on.",
        "Snow closed the pass between the two valleys\nin the night.",
        "Two ships with grain wait for the ice to break.",
    ]
    cells = [text.replace("\n", "\\\n") for text in news]
    table.write_text("".join(f"{i}\t{text}\tsea\n" for i, text in enumerate(cells)), "utf-8")
    assert read_releases(table).table["text"].to_pylist() == news
    sheet.write_text(f"Title:\tFerry\nPlace:\tSallow Point\nNews:\t{news[0]}\n", "utf-8")
    assert len(read_releases(sheet)) == 1


def test_names_below_names_of_groups(tmp_path):
    path = tmp_path / "news.csv"
    path.write_text(
        "Release,Release,Release\ntitle,text,date\nFerry,The ferry sails again.,2018-07-03\n",
        encoding="utf-8",
    )
    corpus = read_releases(path)
    assert corpus.table["title"].to_pylist() == ["Ferry"]
    assert corpus.table["row"].to_pylist() == [3]


def test_a_list_of_releases_that_name_their_type_is_no_text_of_blocks(tmp_path):
    news = ["The ferry sails again.", "Snow closed the pass."]
    guardian = {"response": {"status": "ok", "results": [
        {"id": str(i), "type": "article", "webTitle": f"News {i}", "fields": {"bodyText": text}}
        for i, text in enumerate(news)
    ]}}  # fmt: skip
    api = {"data": [
        {"type": "articles", "id": str(i), "attributes": {"title": f"News {i}", "body": text}}
        for i, text in enumerate(news)
    ]}  # fmt: skip
    for at, envelope in enumerate((guardian, api)):
        path = tmp_path / f"{at}.json"
        path.write_text(json.dumps(envelope), "utf-8")
        corpus = read_releases(path)
        assert corpus.table["text"].to_pylist() == news
        assert corpus.table["title"].to_pylist() == ["News 0", "News 1"]


def test_title_and_date_in_an_object_of_their_own(tmp_path):
    path = tmp_path / "news.json"
    release = {
        "meta": {"title": "Ferry", "published": "2018-07-03"},
        "content": {"text": "The ferry to the islands sails again.", "links": []},
        "related": [{"title": "Snow", "text": "Snow closed the pass."}],
    }
    path.write_text(json.dumps(release), "utf-8")
    (row,) = read_releases(path).table.to_pylist()
    assert (row["title"], row["date"]) == ("Ferry", "2018-07-03")
    assert row["text"] == "The ferry to the islands sails again."


def test_an_arrow_file_that_points_outside_of_itself_is_refused(tmp_path):
    texts = ["The ferry sails again from Friday.", "Snow closed the pass."]
    path = tmp_path / "news.feather"
    feather.write_feather(pa.table({"text": texts}), path, compression="uncompressed")
    data = path.read_bytes()
    ends = [0, len(texts[0]), len(texts[0]) + len(texts[1])]
    assert data.count(struct.pack("<3i", *ends)) == 1
    damaged = struct.pack("<3i", 0, ends[1], 10**9)
    path.write_bytes(data.replace(struct.pack("<3i", *ends), damaged))
    with pytest.raises(TopicsError, match="it is no Arrow file, or it is cut short"):
        read_releases(path)


def test_a_column_whose_name_is_no_utf_8_is_refused(tmp_path):
    path = tmp_path / "news.feather"
    feather.write_feather(pa.table({"text": ["The ferry sails."], "zzname": ["a"]}), path)
    path.write_bytes(path.read_bytes().replace(b"zzname", b"zz\xc7ame"))
    with pytest.raises(TopicsError, match="it is no Arrow file"):
        read_releases(path)
