"""What models are given to learn from or to label: texts of any kind, read into one column."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from topics._arrow import as_texts, combine_chunks
from topics.reading.cleaning import without_invisible
from topics.reading.columns import find_columns
from topics.reading.corpus import Corpus, content_id
from topics.reading.rows import is_missing
from topics.text.shards import ShardedTexts, first_rows, is_sharded, size_of

_LOOKED_AT = 1000
"""Rows of a dataset that say which of its columns hold what."""


class Documents(NamedTuple):
    """Documents, one row each.

    Attributes
    ----------
    texts : pyarrow.LargeStringArray, ShardedTexts, or sequence
        The texts; a sequence of lists where the documents are already tokenised.
    table : pyarrow.Table or None
        Their other columns, such as titles and dates, where they are known; of a corpus, the texts,
        too.
    rejects : list of (int, str)
        Place, from 0, of each document without a text, and the reason; its text is empty.
    """

    texts: Any
    table: pa.Table | None
    rejects: list[tuple[int, str]]

    @property
    def dates(self) -> list[str | None]:
        """Dates in ISO 8601 of each document; none where no column says.

        Examples
        --------
        >>> read_documents(["Aid came."]).dates
        []
        """
        return [] if self.table is None else list(self.table["date"].to_pylist())

    def take(self, rows: Sequence[int]) -> list[Document]:
        """Some of the documents.

        Parameters
        ----------
        rows : sequence of int
            Their places.

        Returns
        -------
        list of Document
            In the same order.

        Examples
        --------
        >>> read_documents(["Aid came.", "Talks ended."]).take([1])
        [Document(id='1', title=None, date=None, text='Talks ended.')]
        """
        if self.table is not None and "text" in self.table.column_names:
            names = ["id", "title", "date", "text"]
            known = self.table.select(names).take(pa.array(rows, pa.int64()))
            return [Document(**fields) for fields in known.to_pylist()]
        if isinstance(self.texts, ShardedTexts):
            texts = self.texts.take(np.array(rows, np.int64)).to_pylist()
        else:
            texts = [_as_text(self.texts[row]) for row in rows]
        if self.table is None:
            return [
                Document(str(row), None, None, text) for row, text in zip(rows, texts, strict=True)
            ]
        known = self.table.select(["id", "title", "date"]).take(pa.array(rows, pa.int64()))
        # What models read begins with the title.
        return [
            Document(**fields, text=text.removeprefix(f"{fields['title']}\n\n"))
            for fields, text in zip(known.to_pylist(), texts, strict=True)
        ]

    @classmethod
    def of(cls, texts: Any) -> Documents:
        """Documents whose texts are all there.

        Parameters
        ----------
        texts : Documents, Corpus, Arrow dataset, Dask DataFrame, Arrow column, or iterable of str
            The texts; those of a dataset or of a DataFrame of Dask stay where they lie.

        Returns
        -------
        Documents
            Itself where it was given.

        Raises
        ------
        TopicsError
            If a text is missing.

        Examples
        --------
        >>> Documents.of(["Aid came."]).texts.to_pylist()
        ['Aid came.']
        """
        if isinstance(texts, Documents):
            return texts
        if is_sharded(texts):
            return read_shards(texts)
        return cls(as_documents(texts), texts.table if isinstance(texts, Corpus) else None, [])


class Document(NamedTuple):
    """One document as tables show it.

    Attributes
    ----------
    id : str
        Its id, or its place.
    title, date : str or None
        Where they are known; the date in ISO 8601.
    text : str
        The text.
    """

    id: str
    title: str | None
    date: str | None
    text: str


def read_documents(texts: Any) -> Documents:
    """Documents of any kind; one without a text keeps its place and is named.

    Parameters
    ----------
    texts : Corpus, Arrow column, DataFrame, Arrow table or dataset, Dask DataFrame, or iterable of
            str or of lists of str
        The columns of a table are found by name, as :func:`topics.read_releases` finds them. None
        and NaN in a list, and empty cells of a table, are documents without a text. The texts of a
        dataset or of a DataFrame of Dask stay where they lie (:func:`read_shards`).

    Returns
    -------
    Documents
        As many as were given.

    Raises
    ------
    TopicsError
        If no column of a table holds text, or an item of a list is no text.

    Examples
    --------
    >>> documents = read_documents(["Aid came.", None])
    >>> documents.texts.to_pylist(), documents.rejects
    (['Aid came.', ''], [(1, 'the text is missing')])
    """
    if is_sharded(texts):
        return read_shards(texts)
    if isinstance(texts, Corpus):
        return Documents(texts.texts, texts.table, [])
    if isinstance(texts, pa.Table) or (hasattr(texts, "columns") and hasattr(texts, "shape")):
        return _read_table(texts)
    if isinstance(texts, (str, bytes, dict)) or hasattr(texts, "type") or texts is None:
        return Documents(as_documents(texts), None, [])
    listed = list(texts)
    tokenised = any(isinstance(item, (list, tuple)) for item in listed)
    missing = [i for i, item in enumerate(listed) if is_missing(item)]
    for i in missing:
        listed[i] = [] if tokenised else ""
    reason = f"the {'document' if tokenised else 'text'} is missing"
    found = listed if tokenised else as_documents(listed)
    return Documents(found, None, [(i, reason) for i in missing])


def read_shards(data: Any) -> Documents:
    """Documents of an Arrow dataset or a DataFrame of Dask, whose texts stay where they lie.

    Parameters
    ----------
    data : Arrow dataset or Dask collection
        Columns are found by name in its first rows, and texts are cleaned, as those of a table
        are. Lines that stand in many releases are not looked for: read such texts with
        :func:`topics.read_releases` first, and write its ``table`` as Parquet.

    Returns
    -------
    Documents
        ``table`` has the other columns.

    Raises
    ------
    TopicsError
        If no column holds text.

    Examples
    --------
    >>> import pyarrow.dataset as ds
    >>> documents = read_shards(ds.dataset(pa.table({"body": ["Aid came.", None]})))
    >>> len(documents.texts), documents.rejects
    (2, [(1, 'the text is empty')])
    """
    head = first_rows(data, _LOOKED_AT)
    if head is None:
        texts = ShardedTexts(data)
        return Documents(texts, None, [])
    found, _ = find_columns(head, {}, None)
    columns: dict[str, str] = {name: found[name] for name in ("text", "title") if name in found}
    names = list(columns.values())
    looked_at = ShardedTexts(data, names, partial(_survey, columns=columns)).map(tuple, -1)
    texts = ShardedTexts(data, names, partial(_as_read, columns=columns))
    texts.sizes = np.array([size for _, size in looked_at], np.int64)
    ids = list(chain.from_iterable(ids for ids, _ in looked_at))
    table, missing = _short_columns(texts.other_columns(), found, ids)
    return Documents(texts, table, [(row, "the text is empty") for row in missing])


def _survey(
    table: pa.Table, columns: Mapping[str, str]
) -> tuple[list[str | None], tuple[int, int]]:
    """An id of what each release says, None where it has no text; and the size of all texts."""
    whole = _whole_table(table, columns)
    pairs = zip(whole["title"].to_pylist(), whole["text"].to_pylist(), strict=True)
    ids = [None if text is None else content_id(title, text) for title, text in pairs]
    return ids, size_of(_filled(whole).texts)


def _as_read(table: pa.Table, columns: Mapping[str, str]) -> pa.LargeStringArray:
    return _read_table(table, columns).texts


def _short_columns(
    others: pa.Table, found: dict[str, str], content_ids: list[str | None]
) -> tuple[pa.Table, list[int]]:
    """Columns beside the texts, as they are read of a table, and rows without a text."""
    ids = pa.array(content_ids, pa.large_string())
    missing = np.flatnonzero(np.asarray(ids.is_null())).tolist()
    if "id" in found:
        at = others.column_names.index(found["id"])
        given = combine_chunks(others[found["id"]]).cast(pa.large_string())
        is_there = pc.fill_null(pc.not_equal(pc.utf8_trim_whitespace(given), ""), False)
        others = others.set_column(at, found["id"], pc.if_else(is_there, given, ids))
    else:
        found = found | {"id": "id"}
        others = others.append_column("id", ids)
    # Read as a table is whose texts hold nothing to find.
    texts = pa.array([None if name is None else "." for name in content_ids], pa.large_string())
    others = others.append_column(found["text"], texts)
    return _whole_table(others, found).drop_columns("text"), missing


def as_documents(texts: Any) -> Any:
    """Texts as models read them: one column, without characters that nobody sees within words.

    Parameters
    ----------
    texts : Corpus, Arrow column, iterable of str, Arrow dataset or Dask DataFrame
        The texts; those of a dataset or of a DataFrame are brought into memory.

    Returns
    -------
    pyarrow.LargeStringArray
        Without soft hyphens, zero-width spaces and the like.

    Raises
    ------
    TopicsError
        If they are no texts.

    Examples
    --------
    >>> as_documents(["Wert" + chr(0xAD) + "papier"]).to_pylist()
    ['Wertpapier']
    """
    if is_sharded(texts):
        return pa.concat_arrays([as_texts(part) for part in read_shards(texts).texts])
    return without_invisible(as_texts(texts))


def _as_text(document: Any) -> str:
    if hasattr(document, "as_py"):
        document = document.as_py()
    return document if isinstance(document, str) else " ".join(map(str, document))


def _read_table(table: Any, columns: Mapping[str, str] | None = None) -> Documents:
    return _filled(_whole_table(table, columns))


def _filled(whole: pa.Table) -> Documents:
    """Documents of a table; those without a text have an empty one."""
    missing = np.flatnonzero(np.asarray(whole["text"].is_null())).tolist()
    if missing:
        at = whole.column_names.index("text")
        whole = whole.set_column(at, "text", pc.fill_null(whole["text"], ""))
    return Documents(Corpus(whole).texts, whole, [(i, "the text is empty") for i in missing])


def _whole_table(table: Any, columns: Mapping[str, str] | None = None) -> pa.Table:
    """A table as releases are read from it, with a row of nulls for each that is none.

    Where its columns are given it is a part of something larger, which may hold no release.
    """
    from topics.reading.read import Making, Part, one_corpus, read_releases
    from topics.reading.rows import Rows

    n = table.num_rows if isinstance(table, pa.Table) else len(table)
    if columns is None:
        read = read_releases(table, languages=False)
    else:
        part = Part(None, Rows(table, list(range(1, n + 1))))
        read = one_corpus([part], [], Making(dict(columns), None, False, False, "keep"))
    if len(read) == n:
        return read.table
    rows: list[int | None] = [None] * n
    for row, number in enumerate(read["row"].to_pylist()):
        rows[number - 1] = row
    return read.table.take(pa.array(rows, pa.int64()))


def warn_of_rejects(rejects: list[tuple[int, str]], n: int) -> None:
    """Say which documents have no text.

    Parameters
    ----------
    rejects : list of (int, str)
        As of :class:`Documents`.
    n : int
        How many documents there are.

    Examples
    --------
    >>> warn_of_rejects([], 3)
    """
    if rejects:
        first = ", ".join(str(place) for place, _ in rejects[:5]) + ", ..." * (len(rejects) > 5)
        warnings.warn(
            f"{len(rejects)} of {n} documents have no text (at {first}) and are of no topic",
            stacklevel=3,
        )
