"""Texts to matrices.

In come texts (an Arrow column or an iterable of str), out go their terms: a document-term matrix,
sequences of terms in reading order, vectors of terms, sentences; and seed words as terms.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from topics._lazy import lazy_names

if TYPE_CHECKING:
    from topics.text.language_id import recognise_languages as recognise_languages
    from topics.text.sentences import split_paragraphs as split_paragraphs
    from topics.text.sentences import split_sentences as split_sentences
    from topics.text.sklearn_vectorizers import CountVectorizer as CountVectorizer
    from topics.text.sklearn_vectorizers import TfidfVectorizer as TfidfVectorizer
    from topics.text.stop_words import stop_word_list as stop_word_list
    from topics.text.term_sequences import TermSequences as TermSequences
    from topics.text.tfidf import tfidf_weights as tfidf_weights
    from topics.text.vectorizer import TermVectorizer as TermVectorizer
    from topics.text.word_forms import word_form as word_form
    from topics.text.word_vectors import WordVectors as WordVectors

__getattr__, __dir__, __all__ = lazy_names(
    "topics.text",
    {
        "TermVectorizer": "text.vectorizer",
        "CountVectorizer": "text.sklearn_vectorizers",
        "TfidfVectorizer": "text.sklearn_vectorizers",
        "TermSequences": "text.term_sequences",
        "WordVectors": "text.word_vectors",
        "tfidf_weights": "text.tfidf",
        "recognise_languages": "text.language_id",
        "split_paragraphs": "text.sentences",
        "split_sentences": "text.sentences",
        "stop_word_list": "text.stop_words",
        "word_form": "text.word_forms",
    },
)
