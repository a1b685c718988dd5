"""What models are given to learn from or to label: texts of any kind, read into one column."""

from __future__ import annotations

import warnings
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from topics._arrow import as_texts
from topics.reading.cleaning import without_invisible
from topics.reading.corpus import Corpus
from topics.reading.rows import is_missing
from topics.text.shards import in_memory


class Documents(NamedTuple):
    """Documents, one row each.

    Attributes
    ----------
    texts : pyarrow.LargeStringArray, or sequence
        The texts; a sequence of lists where the documents are already tokenised.
    corpus : Corpus or None
        Titles and dates, where they are known.
    rejects : list of (int, str)
        Place, from 0, of each document without a text, and the reason; its text is empty.
    """

    texts: Any
    corpus: Corpus | None
    rejects: list[tuple[int, str]]


def read_documents(texts: Any) -> Documents:
    """Documents of any kind; one without a text keeps its place and is named.

    Parameters
    ----------
    texts : Corpus, Arrow column, DataFrame, Arrow table or dataset, or iterable of str or of lists
            of str
        The columns of a table are found by name, as :func:`topics.read_releases` finds them. None
        and NaN in a list, and empty cells of a table, are documents without a text.

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
    texts = in_memory(texts)
    if isinstance(texts, Corpus):
        return Documents(texts.texts, texts, [])
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


def as_documents(texts: Any) -> Any:
    """Texts as models read them: one column, without characters that nobody sees within words.

    Parameters
    ----------
    texts : Corpus, Arrow column, or iterable of str
        The texts.

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
    return without_invisible(as_texts(texts))


def _read_table(table: Any) -> Documents:
    from topics.reading.read import read_releases

    read = read_releases(table, languages=False)
    n = table.num_rows if isinstance(table, pa.Table) else len(table)
    if len(read) == n:
        return Documents(read.texts, read, [])
    places = np.array(read["row"].to_pylist(), np.int64) - 1
    rows: list[int | None] = [None] * n
    for row, place in enumerate(places.tolist()):
        rows[place] = row
    whole = read.table.take(pa.array(rows, pa.int64()))
    at = whole.column_names.index("text")
    whole = whole.set_column(at, "text", pc.fill_null(whole["text"], ""))
    corpus = Corpus(whole)
    missing = [i for i, row in enumerate(rows) if row is None]
    return Documents(corpus.texts, corpus, [(i, "the text is empty") for i in missing])


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
