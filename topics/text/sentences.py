"""Sentences and paragraphs of a text."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

# A stop ends a sentence unless an initial or a common title stands before it.
_END = re.compile(
    r"(?<!\b[A-Z])(?<!\b(?:Mr|Ms|Dr|St|Jr|Sr|No|vs))(?<!\b(?:Mrs|Gen|Col|Sen|Rep|Gov|Rev|Ave))"
    r"(?:(?<![.!?…])[.!?…]++[\"'”’»)\]]*+\s++|(?<=[。！？])(?=\S)|[؟۔।]\s*|\n\s*\n|[ \t]{4,}|"
    r"\n(?=\s*[-•*]))"
)
_LONGEST = 400
_EMPTY_LINE = re.compile(r"\n\s*\n")


def split_paragraphs(text: str) -> list[str]:
    r"""Paragraphs in the order they stand, apart by a line that is empty or holds spaces only.

    Parameters
    ----------
    text : str
        A document.

    Returns
    -------
    list of str
        None of them empty.

    Examples
    --------
    >>> split_paragraphs("Aid came.\n \nFerries run\nagain.\n")
    ['Aid came.', 'Ferries run\nagain.']
    """
    return [part.strip() for part in _EMPTY_LINE.split(text) if part.strip()]


def split_sentences(text: str) -> list[str]:
    r"""Sentences in the order they stand, white space folded.

    Text that has lost its stops is cut where four or more spaces stand, and then every 400
    characters, at a space.

    Parameters
    ----------
    text : str
        A document.

    Returns
    -------
    list of str
        None of them empty.

    Examples
    --------
    >>> split_sentences("Mr. Moor met J. Brandt. Ferries\nrun again!  Nobody knew why")
    ['Mr. Moor met J. Brandt.', 'Ferries run again!', 'Nobody knew why']
    """
    cuts = [match.end() for match in _END.finditer(text)]
    sentences = []
    for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True):
        sentence = " ".join(text[a:b].split())
        start = 0
        while len(sentence) - start > _LONGEST:
            at = sentence.rfind(" ", start + _LONGEST // 2, start + _LONGEST)
            at = at if at > 0 else start + _LONGEST
            sentences.append(sentence[start:at].strip())
            start = at
        if sentence[start:].strip():
            sentences.append(sentence[start:].strip())
    return sentences


def best_sentences(
    texts: Sequence[str],
    columns: Sequence[Sequence[int]],
    score: Callable[[list[str]], NDArray[np.floating]],
) -> list[list[str]]:
    """The sentence of each text that scores highest in each of some columns.

    Parameters
    ----------
    texts : sequence of str
        Documents.
    columns : sequence of sequence of int
        For each text the columns that are asked for.
    score : callable
        From sentences to an array of shape (n_sentences, n_columns); called once for all texts,
        since to set up reading takes longer than to read.

    Returns
    -------
    list of list of str
        For each text one a column; empty strings where it has no sentence.

    Examples
    --------
    >>> def score(sentences):
    ...     return np.array([[s.count("a"), len(s)] for s in sentences])
    >>> best_sentences(["A banana. Cherries.", ""], [[0, 1], [1]], score)
    [['A banana.', 'A banana.'], ['']]
    """
    parts = [split_sentences(text) for text in texts]
    flat = list(chain.from_iterable(parts))
    scores = score(flat) if flat else np.empty((0, 0))
    ends = np.cumsum([len(part) for part in parts], dtype=np.int64)
    return [
        [part[int(scores[end - len(part) : end, k].argmax())] if part else "" for k in asked]
        for part, end, asked in zip(parts, ends, columns, strict=True)
    ]
