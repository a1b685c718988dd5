"""Sentences and paragraphs of a text."""

from __future__ import annotations

import re

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
        A release.

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
        A release.

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
