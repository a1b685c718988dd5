"""Corpus: releases in one Arrow table."""

from __future__ import annotations

import hashlib
import html
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, overload

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from topics._arrow import combine_chunks, valid_utf8
from topics._errors import TopicsError, require
from topics.reading.near_duplicates import equal_pairs, similar_pairs

SCHEMA = pa.schema(
    [
        ("id", pa.large_string()),
        ("title", pa.large_string()),
        ("text", pa.large_string()),
        ("date", pa.large_string()),
        ("source", pa.large_string()),
        ("language", pa.large_string()),
        ("path", pa.large_string()),
        ("row", pa.int64()),
    ]
)
"""Columns of every corpus; more may follow. Dates are ISO 8601 (``2018-07-30``)."""

REJECTS = pa.schema(
    [("path", pa.large_string()), ("row", pa.int64()), ("reason", pa.large_string())]
)


class Corpus:
    """A sequence of releases in one Arrow table.

    Parameters
    ----------
    table : pyarrow.Table
        Must hold a column ``text``; the other columns of :data:`SCHEMA` are added where they are
        missing, and further columns are kept.
    rejects : pyarrow.Table or None, default=None
        Rows that could not be read: path, row and reason.
    log : sequence of str, default=()
        What was decided about each source when it was read.

    Raises
    ------
    TopicsError
        If the table has no column ``text``, or a text is missing.

    Examples
    --------
    >>> corpus = Corpus(pa.table({"title": ["Talks", "Aid"], "text": ["Envoys met.", "It came."]}))
    >>> len(corpus), corpus[1]["title"], corpus[:1]["text"].to_pylist()
    (2, 'Aid', ['Envoys met.'])
    """

    def __init__(
        self, table: pa.Table, rejects: pa.Table | None = None, log: Sequence[str] = ()
    ) -> None:
        if "text" not in table.column_names:
            raise TopicsError(
                "there is no column text", f"rename one of {', '.join(table.column_names)}"
            )
        if twice := [name for name, n in Counter(table.column_names).items() if n > 1]:
            raise TopicsError(
                f"there are several columns {twice[0]}", "rename or drop all of them but one"
            )
        self.table = _with_schema(table)
        missing = self.table["text"].null_count
        if missing:
            row = self.table["text"].to_pylist().index(None)
            raise TopicsError("the text is missing", "drop the row or fill it", index=row)
        self.rejects = REJECTS.empty_table() if rejects is None else rejects.cast(REJECTS)
        self.log = list(log)

    # A sequence

    def __len__(self) -> int:
        return int(self.table.num_rows)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for batch in self.table.to_batches():
            yield from batch.to_pylist()

    @overload
    def __getitem__(self, key: int) -> dict[str, Any]: ...
    @overload
    def __getitem__(self, key: str) -> pa.ChunkedArray: ...
    @overload
    def __getitem__(self, key: slice | Sequence[int] | np.ndarray[Any, Any]) -> Corpus: ...

    def __getitem__(self, key: Any) -> Any:
        """One release as a dict, a column by name, or a corpus by slice, mask or positions."""
        if isinstance(key, str):
            if key not in self.table.column_names:
                raise KeyError(f"no column {key!r}; there are {', '.join(self.table.column_names)}")
            return self.table[key]
        if isinstance(key, slice):
            start, stop, step = key.indices(len(self))
            if step == 1:
                return self._with(self.table.slice(start, max(0, stop - start)))
            key = np.arange(start, stop, step)
        if isinstance(key, (int, np.integer)):
            if not -len(self) <= key < len(self):
                raise IndexError(f"the corpus has {len(self)} releases, none at {key}")
            return self.table.slice(int(key) % len(self), 1).to_pylist()[0]
        chosen = np.asarray(key)
        chosen = chosen.astype(np.int64) if not chosen.size else chosen
        if chosen.ndim != 1 or chosen.dtype.kind not in "biu":
            raise TypeError("give one number, a slice, a mask, or a list of positions")
        if chosen.dtype == bool:
            if chosen.size != len(self):
                raise IndexError(f"a mask of {chosen.size} for {len(self)} releases")
            return self._with(self.table.filter(pa.array(chosen)))
        chosen = np.where(chosen < 0, chosen + len(self), chosen)
        if chosen.size and not 0 <= chosen.min() <= chosen.max() < len(self):
            raise IndexError(f"the corpus has {len(self)} releases, not all of those asked for")
        return self._with(self.table.take(pa.array(chosen)))

    def __add__(self, other: Corpus) -> Corpus:
        return Corpus.concat([self, other])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Corpus) and self.table.equals(other.table)

    __hash__ = None  # type: ignore[assignment]

    def _with(self, table: pa.Table) -> Corpus:
        return Corpus(table, self.rejects, self.log)

    @property
    def texts(self) -> pa.LargeStringArray:
        """Title and text of every release as one text, which is what models read.

        Examples
        --------
        >>> from topics import read_releases
        >>> read_releases(["Aid reached the camp."]).texts.to_pylist()
        ['Aid reached the camp.']
        """
        text = combine_chunks(self.table["text"])
        title = pc.fill_null(combine_chunks(self.table["title"]), "")
        if pc.all(pc.equal(title, "")).as_py() in (True, None):
            return text
        joined = pc.binary_join_element_wise(title, text, pa.scalar("\n\n", pa.large_string()))
        return pc.if_else(pc.equal(title, ""), text, joined)

    def filter(self, keep: Callable[[dict[str, Any]], bool] | pc.Expression) -> Corpus:
        """Releases for which ``keep`` holds.

        Parameters
        ----------
        keep : callable or pyarrow.compute.Expression
            A function of a release, or an Arrow expression such as
            ``pc.field("date") >= "2018-07-01"``.

        Returns
        -------
        Corpus
            With the same rejects.

        Examples
        --------
        >>> from topics import read_releases
        >>> rows = [{"text": "Aid came.", "desk": "a"}, {"text": "Talks ended.", "desk": "b"}]
        >>> corpus = read_releases(rows)
        >>> corpus.filter(lambda row: row["desk"] == "a")["text"].to_pylist()
        ['Aid came.']
        """
        if isinstance(keep, pc.Expression):
            return self._with(self.table.filter(keep))
        return self[np.fromiter((bool(keep(release)) for release in self), bool, len(self))]

    @staticmethod
    def concat(corpora: Iterable[Corpus]) -> Corpus:
        """Corpora one after the other; ids that stand twice are told apart.

        Parameters
        ----------
        corpora : iterable of Corpus
            At least one.

        Returns
        -------
        Corpus
            Columns that only some have are null in the others.

        Examples
        --------
        >>> from topics import read_releases
        >>> len(Corpus.concat([read_releases(["Aid came."]), read_releases(["Talks ended."])]))
        2
        """
        corpora = list(corpora)
        table = concat_tables([c.table for c in corpora])
        table = with_ids(table)
        log = list(dict.fromkeys(line for c in corpora for line in c.log))
        return Corpus(table, pa.concat_tables([c.rejects for c in corpora]), log)

    # Duplicates

    def duplicates(self, similarity: float = 1.0) -> pa.Table:
        """Releases that say what an earlier one says.

        Parameters
        ----------
        similarity : float, default=1.0
            1 finds equal texts (white space and case aside). Less finds texts whose sets of five
            words in a row have at least this Jaccard similarity, estimated by MinHash [1]_.

        Returns
        -------
        pyarrow.Table
            Columns ``position`` and ``id`` of the later release, ``of`` (the id of the first
            such), and ``similarity``.

        Raises
        ------
        ValueError
            If ``similarity`` is not above 0 and at most 1.

        References
        ----------
        .. [1] Broder (1997), "On the resemblance and containment of documents".

        Examples
        --------
        >>> corpus = Corpus(pa.table({"text": ["Aid arrives", "Talks resume", "Aid  arrives "]}))
        >>> corpus.duplicates()["position"].to_pylist()
        [2]
        """
        if not 0 < similarity <= 1:
            raise ValueError(f"similarity={similarity} is not above 0 and at most 1")
        texts = [_squeeze(text) for text in self.texts.to_pylist()]
        pairs = equal_pairs(texts) if similarity == 1 else similar_pairs(texts, similarity)
        ids = self.table["id"].to_pylist()
        return pa.table(
            {
                "position": pa.array([later for later, _, _ in pairs], pa.int64()),
                "id": pa.array([ids[later] for later, _, _ in pairs], pa.large_string()),
                "of": pa.array([ids[first] for _, first, _ in pairs], pa.large_string()),
                "similarity": pa.array([alike for _, _, alike in pairs], pa.float64()),
            }
        )

    def drop_duplicates(self, similarity: float = 1.0) -> Corpus:
        """The corpus without its duplicates, which are listed among the rejects instead.

        Parameters
        ----------
        similarity : float, default=1.0
            As for :meth:`duplicates`.

        Returns
        -------
        Corpus
            The first of every set of duplicates, and all others.

        Examples
        --------
        >>> from topics import read_releases
        >>> len(read_releases(["Aid came.", "Aid came.", "Talks ended."]).drop_duplicates())
        2
        """
        found = self.duplicates(similarity)
        dropped = found["position"].to_pylist()
        keep = np.ones(len(self), bool)
        keep[dropped] = False
        log = pa.table(
            {
                "path": self.table["path"].take(found["position"]),
                "row": self.table["row"].take(found["position"]),
                "reason": pa.array(
                    [f"duplicate of {of}" for of in found["of"].to_pylist()], pa.large_string()
                ),
            }
        ).cast(REJECTS)
        return Corpus(self[keep].table, pa.concat_tables([self.rejects, log]), self.log)

    # Other tools

    def to_arrow(self) -> pa.Table:
        """The table itself.

        Examples
        --------
        >>> from topics import read_releases
        >>> read_releases(["Aid came."]).to_arrow().num_rows
        1
        """
        return self.table

    def to_pandas(self) -> Any:
        """A pandas DataFrame with the same columns.

        Examples
        --------
        >>> from topics import read_releases
        >>> read_releases(["Aid came."]).to_pandas()["text"].tolist()
        ['Aid came.']
        """
        return self.table.to_pandas()

    def to_polars(self) -> Any:
        """A Polars DataFrame with the same columns.

        Raises
        ------
        ModuleNotFoundError
            If Polars is not installed (``pip install topics-toolkit[polars]``).

        Examples
        --------
        >>> from topics import read_releases
        >>> read_releases(["Aid came."]).to_polars().height
        1
        """
        import polars

        return polars.from_arrow(self.table)

    @classmethod
    def from_pandas(cls, frame: Any) -> Corpus:
        """A corpus of a pandas DataFrame with a column ``text``.

        Parameters
        ----------
        frame : pandas.DataFrame
            One release a row.

        Returns
        -------
        Corpus
            All columns are kept; those of mixed types become text.

        Examples
        --------
        >>> import pandas as pd
        >>> Corpus.from_pandas(pd.DataFrame({"text": ["Aid came."]}))["text"].to_pylist()
        ['Aid came.']
        """
        return cls(table_from_pandas(frame))

    @classmethod
    def from_polars(cls, frame: Any) -> Corpus:
        """A corpus of a Polars DataFrame with a column ``text``.

        Parameters
        ----------
        frame : polars.DataFrame
            One release a row.

        Returns
        -------
        Corpus
            All columns are kept.

        Examples
        --------
        >>> import polars as pl
        >>> Corpus.from_polars(pl.DataFrame({"text": ["Aid came."]}))["text"].to_pylist()
        ['Aid came.']
        """
        return cls(frame.to_arrow())

    def to_parquet(self, path: str | Path) -> None:
        """Write the table to a Parquet file; rejects are not part of it.

        Parameters
        ----------
        path : str or Path
            The file.

        Examples
        --------
        >>> import tempfile
        >>> from topics import read_releases
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     read_releases(["Aid came."]).to_parquet(f"{folder}/corpus.parquet")
        ...     len(Corpus.from_parquet(f"{folder}/corpus.parquet"))
        1
        """
        import pyarrow.parquet as pq

        pq.write_table(self.table, path, compression="zstd")

    @classmethod
    def from_parquet(cls, path: str | Path) -> Corpus:
        """Read what :meth:`to_parquet` wrote.

        Parameters
        ----------
        path : str or Path
            The file.

        Returns
        -------
        Corpus
            Equal to the one written.

        Examples
        --------
        >>> import tempfile
        >>> from topics import read_releases
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     read_releases(["Aid came."]).to_parquet(f"{folder}/corpus.parquet")
        ...     Corpus.from_parquet(f"{folder}/corpus.parquet")["text"].to_pylist()
        ['Aid came.']
        """
        import pyarrow.parquet as pq

        return cls(pq.read_table(path))

    def to_gensim(
        self, tokenize: Callable[[str], list[str]] | None = None
    ) -> tuple[Any, list[list[tuple[int, int]]]]:
        """A gensim dictionary, and the corpus as gensim's bags of words.

        Parameters
        ----------
        tokenize : callable or None, default=None
            From a text to its tokens; None is ``gensim.utils.simple_preprocess``.

        Returns
        -------
        dictionary : gensim.corpora.Dictionary
            Token numbers.
        bags : list of list of (int, int)
            Token number and count, one list a release.

        Examples
        --------
        >>> from topics import read_releases
        >>> dictionary, bags = read_releases(["Aid came, more aid"]).to_gensim()
        >>> {dictionary[i]: n for i, n in bags[0]}
        {'aid': 2, 'came': 1, 'more': 1}
        """
        require("gensim", "its dictionary and bags of words")
        from gensim.corpora import Dictionary
        from gensim.utils import simple_preprocess

        tokens = [(tokenize or simple_preprocess)(text) for text in self.texts.to_pylist()]
        dictionary = Dictionary(tokens)
        return dictionary, [dictionary.doc2bow(words) for words in tokens]

    @classmethod
    def from_gensim(
        cls, bags: Iterable[Any], dictionary: Mapping[int, str] | None = None
    ) -> Corpus:
        """A corpus of gensim's bags of words, or of lists of tokens.

        Parameters
        ----------
        bags : iterable of list of (int, int), or of list of str
            The documents.
        dictionary : gensim.corpora.Dictionary or None, default=None
            Needed for bags of words. The order of words is not in them, so words stand in the
            order of their numbers.

        Returns
        -------
        Corpus
            Words divided by a space, each as often as it counts.

        Examples
        --------
        >>> Corpus.from_gensim([["aid", "came"]])["text"].to_pylist()
        ['aid came']
        """
        texts = []
        for bag in bags:
            words = [
                item if isinstance(item, str) else " ".join([dictionary[item[0]]] * int(item[1]))  # type: ignore[index]
                for item in bag
            ]
            texts.append(" ".join(words))
        return cls(pa.table({"text": pa.array(texts, pa.large_string())}))

    # On the screen

    def _facts(self) -> str:
        dates = [date for date in self.table["date"].to_pylist() if date]
        facts = [f"{len(self):,} release{'s' * (len(self) != 1)}"]
        if dates:
            facts.append(f"{min(dates)} to {max(dates)}")
        languages = pc.value_counts(self.table["language"].drop_null()).to_pylist()
        if languages:
            languages.sort(key=lambda item: (-item["counts"], item["values"]))
            facts.append(
                ", ".join(f"{item['counts']:,} {item['values']}" for item in languages[:4])
            )
        if self.rejects.num_rows:
            facts.append(f"{self.rejects.num_rows:,} rejected")
        return " · ".join(facts)

    def _shown(self) -> list[tuple[str, str, str]]:
        rows = self.table.slice(0, 10).to_pylist()
        return [
            (r["date"] or "", r["title"] or "", " ".join(r["text"][:200].split())) for r in rows
        ]

    def __repr__(self) -> str:
        lines = [f"Corpus: {self._facts()}"]
        for date, title, text in self._shown():
            lines.append(f"  {date:10}  {_cut(f'{title} {text}', 86)}")
        if len(self) > 10:
            lines.append(f"  ... and {len(self) - 10:,} more")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td style='white-space:nowrap'>{html.escape(date)}</td>"
            f"<td style='text-align:left'><b>{html.escape(title)}</b> "
            f"{html.escape(_cut(text, 140))}</td></tr>"
            for date, title, text in self._shown()
        )
        return f"<p>{html.escape(self._facts())}</p><table><tbody>{rows}</tbody></table>"


def text_of_release(release: Mapping[str, Any]) -> str:
    r"""Title and text of one release as one text, as :attr:`Corpus.texts` has them.

    Parameters
    ----------
    release : mapping
        A row of a corpus.

    Returns
    -------
    str
        What models read.

    Raises
    ------
    TopicsError
        If it has no text.

    Examples
    --------
    >>> text_of_release({"title": "Aid", "text": "Lorries came."})
    'Aid\n\nLorries came.'
    """
    title, text = release.get("title"), release.get("text")
    if not isinstance(text, str):
        raise TopicsError("the release has no text", 'give one with a "text"')
    return f"{title}\n\n{text}" if isinstance(title, str) and title else text


def table_from_pandas(frame: Any) -> pa.Table:
    """An Arrow table of a pandas DataFrame; a column of mixed types becomes one of text.

    Parameters
    ----------
    frame : pandas.DataFrame
        Any; its index is left out.

    Returns
    -------
    pyarrow.Table
        Columns in the same order.

    Raises
    ------
    TopicsError
        If two columns have one name.

    Examples
    --------
    >>> import pandas as pd
    >>> table_from_pandas(pd.DataFrame({"text": ["Aid"], "n": [3]})).column_names
    ['text', 'n']
    """
    if not frame.columns.is_unique:
        name = frame.columns[frame.columns.duplicated()][0]
        raise TopicsError(f"there are several columns {name}", "rename or drop all but one")
    try:
        return pa.Table.from_pandas(frame, preserve_index=False)
    except (pa.ArrowTypeError, pa.ArrowInvalid):
        mixed = {
            name: values.map(str, na_action="ignore")
            for name, values in frame.items()
            if values.dtype == object
        }
        return pa.Table.from_pandas(frame.assign(**mixed), preserve_index=False)


def concat_tables(tables: Sequence[pa.Table]) -> pa.Table:
    """Tables one after the other; a column whose types differ becomes one of text.

    Parameters
    ----------
    tables : sequence of pyarrow.Table
        At least one.

    Returns
    -------
    pyarrow.Table
        Columns that only some have are null in the others.

    Examples
    --------
    >>> joined = concat_tables([pa.table({"score": [1]}), pa.table({"score": ["high"]})])
    >>> joined["score"].to_pylist()
    ['1', 'high']
    """
    try:
        return pa.concat_tables(tables, promote_options="permissive")
    except (pa.ArrowTypeError, pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return pa.concat_tables(map(_as_text, tables), promote_options="permissive")


def _as_text(table: pa.Table) -> pa.Table:
    """The table with columns of text, but for those that every corpus has; what nests as JSON."""
    for at, (name, kind) in enumerate(zip(table.column_names, table.schema.types, strict=True)):
        if name in SCHEMA.names or pa.types.is_large_string(kind):
            continue
        try:
            values = table[name].cast(pa.large_string())
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
            cells = table[name].to_pylist()
            values = pa.array(
                [c if c is None else json.dumps(c, ensure_ascii=False, default=str) for c in cells],
                pa.large_string(),
            )
        table = table.set_column(at, name, values)
    return table


def content_id(title: str | None, text: str) -> str:
    """Id of a release that has none: twelve hexadecimal digits of its content's SHA-256.

    Parameters
    ----------
    title : str or None
        Its title.
    text : str
        Its text.

    Returns
    -------
    str
        The same for the same words, however they are spaced.

    Examples
    --------
    >>> content_id("Aid", "Lorries came.") == content_id("Aid", "Lorries  came. ")
    True
    """
    content = f"{_squeeze(title or '', fold=False)}\n{_squeeze(text, fold=False)}"
    return hashlib.sha256(content.encode("utf-8", "replace")).hexdigest()[:12]


def _squeeze(text: str, fold: bool = True) -> str:
    text = " ".join(text.split())
    return text.casefold() if fold else text


class TakenIds:
    """Ids that are taken, so that no two releases have one; eight bytes are kept of each.

    Examples
    --------
    >>> taken = TakenIds()
    >>> taken.unique(["a", "b", "a"]), taken.unique(["a", "c"])
    (['a', 'b', 'a-2'], ['a-3', 'c'])
    """

    def __init__(self) -> None:
        # Sorted, each at least twice as long as the one behind it.
        self._hashes: list[NDArray[np.uint64]] = []
        self._often: dict[str, int] = {}

    def unique(self, ids: Sequence[str]) -> list[str]:
        """The ids, told apart by -2, -3 ... where they stand more than once; now they are taken.

        Examples
        --------
        See the class.
        """
        if not self._hashes and len(set(ids)) == len(ids):
            self._take(ids)
            return list(ids)
        here, given, unique, again = set[str](), set(ids), list[str](), list[int]()
        for name, is_taken in zip(ids, self._are_taken(ids).tolist(), strict=True):
            new = name
            if is_taken or name in here:
                again.append(len(unique))
                new = self._next(name, given, here)
            here.add(new)
            unique.append(new)
        # All at once, since to look one up takes as long as to look up a hundred.
        told_apart = [unique[at] for at in again]
        for at, is_taken in zip(again, self._are_taken(told_apart).tolist(), strict=True):
            while is_taken:
                unique[at] = self._next(ids[at], given, here)
                here.add(unique[at])
                is_taken = self._are_taken(unique[at : at + 1])[0]
        self._take(unique)
        return unique

    def _next(self, name: str, given: set[str], here: set[str]) -> str:
        n = self._often.get(name, 1) + 1
        while (new := f"{name}-{n}") in given or new in here:
            n += 1
        self._often[name] = n
        return new

    def _are_taken(self, ids: Sequence[str]) -> NDArray[np.bool_]:
        found = np.zeros(len(ids), bool)
        if self._hashes:
            hashes = _hashes(ids)
            for known in self._hashes:
                found |= known[np.searchsorted(known[:-1], hashes)] == hashes
        return found

    def _take(self, ids: Sequence[str]) -> None:
        if not ids:
            return
        self._hashes.append(np.sort(_hashes(ids)))
        while len(self._hashes) > 1 and 2 * self._hashes[-1].size > self._hashes[-2].size:
            last = self._hashes.pop()
            self._hashes[-1] = np.sort(np.concatenate([self._hashes[-1], last]))


def _hashes(ids: Sequence[str]) -> NDArray[np.uint64]:
    digests = [
        hashlib.blake2b(name.encode("utf-8", "replace"), digest_size=8).digest() for name in ids
    ]
    return np.frombuffer(b"".join(digests), np.uint64)


def with_ids(table: pa.Table, taken: TakenIds | None = None) -> pa.Table:
    """A table of releases each of which has an id of its own.

    Parameters
    ----------
    table : pyarrow.Table
        With columns ``title`` and ``text``, perhaps ``id``.
    taken : TakenIds or None, default=None
        Those that others have; None for none.

    Returns
    -------
    pyarrow.Table
        The same where nothing was to do.

    Examples
    --------
    >>> table = pa.table({"id": ["a", "a"], "title": [None, None], "text": ["Aid", "Law"]})
    >>> with_ids(table)["id"].to_pylist()
    ['a', 'a-2']
    """
    has_ids = "id" in table.column_names
    given = table["id"].to_pylist() if has_ids else [None] * table.num_rows
    named: list[Any] = given
    if taken is None:
        if has_ids and None not in given and len(set(given)) == len(given):
            return table
        taken = TakenIds()
    if None in given:
        titles, texts = table["title"].to_pylist(), table["text"].to_pylist()
        named = [
            content_id(titles[i], texts[i] or "") if name is None else name
            for i, name in enumerate(given)
        ]
    unique = taken.unique(named)
    if unique == given and has_ids:
        return table
    ids = pa.array(unique, pa.large_string())
    if not has_ids:
        return table.append_column("id", ids)
    return table.set_column(table.column_names.index("id"), "id", ids)


def _with_schema(table: pa.Table) -> pa.Table:
    """The table with the columns of a corpus first, those of its own after them."""
    columns: dict[str, Any] = {}
    for column in SCHEMA:
        if column.name in table.column_names:
            values = table[column.name]
            if pa.types.is_temporal(values.type) and column.name == "date":
                values = values.cast(pa.date32()).cast(pa.string())
            values = values.cast(column.type)
            if pa.types.is_large_string(column.type):
                values = valid_utf8(values)
            columns[column.name] = values
        else:
            columns[column.name] = pa.nulls(table.num_rows, column.type)
    for name in table.column_names:
        columns.setdefault(name, table[name])
    return with_ids(pa.table(columns))


def _cut(text: str, width: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= width else text[: width - 1].rstrip() + "…"
