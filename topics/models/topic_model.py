"""TopicModel: from documents to named topics."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal, NamedTuple, Self

import numpy as np
import pyarrow as pa
import scipy.sparse as sp
from numpy.typing import NDArray

from topics._errors import TopicsError
from topics._estimator import ReportMixin, as_output, check_output_kind, restore_on_error
from topics._math.arrays import subsample, unit_rows
from topics._progress import begin_step, steps
from topics.models.background_topics import owned_by_sources, stand_everywhere
from topics.models.initialisation import initialise_from_clusters, initialise_from_nmf, sample_size
from topics.models.lda import LDA
from topics.models.letterheads import find_letterheads, letterhead_of
from topics.models.n_topics import PATH, largest_good_n_topics, stability_path
from topics.models.nmf import NMF
from topics.models.source_effects import (
    SourceEffects,
    Sources,
    describe_sources,
    estimate_source_effects,
    number_sources,
    take_means_off,
)
from topics.models.topic_editing import TopicEditing
from topics.models.topic_tables import REPRESENTATIVES
from topics.models.topic_words import name_topics, rank_topic_words
from topics.models.topics_over_time import (
    daily_proportions,
    merge_timelines,
)
from topics.models.vector_topics import VectorTopics
from topics.reading.corpus import Corpus
from topics.reading.documents import Documents, as_documents, read_documents, warn_of_rejects
from topics.text.background import WordKnowledge, resolve_background
from topics.text.default_vectorizer import READING, corpus_languages, fit_vectorizer
from topics.text.seed_words import check_themes, expand_seeds, seed_columns
from topics.text.sentences import best_sentences
from topics.text.shards import ShardedTexts
from topics.text.term_sequences import TermSequences, sequences_from_counts
from topics.text.tfidf import scores_in_columns, tfidf_weights
from topics.text.vectorizer import TermVectorizer
from topics.text.word_vectors import WordVectors, document_vectors

_TOPICS = 10


_SOURCE = "source"
"""Column of a corpus in which the publishers of releases stand."""


_LONG_COLUMNS = ("title", "text", "boilerplate")


_FEWEST = 3
"""Documents on a topic up to which it may be an accident."""


class TopicModel(ReportMixin, TopicEditing):
    """Topics of a corpus of documents, with words and names.

    Parameters
    ----------
    n_topics : int, "auto" or None, default=None
        Number of topics, those of themes among them. None takes ten, or more where five topics
        would not stay free beside the themes, but no more than one for every three documents (nor
        fewer than themes). "auto" takes the most topics that are nearly as stable and coherent as
        the best from one half of the documents to the other
        (:func:`~topics.models.n_topics.largest_good_n_topics`).
    method : {"vectors", "nmf", "lda"}, default="vectors"
        Non-negative matrix factorisation of tf-idf weights, latent Dirichlet allocation of counts,
        or the terms of the first with proportions by vectors of documents
        (:class:`~topics.models.vector_topics.VectorTopics`), which serve short texts, too.
    vectorizer : TermVectorizer or None, default=None
        None makes one fit for the size and the languages of the corpus.
    themes : mapping of str to iterable of str or None, default=None
        Theme name to seed words. Each theme has a topic that is drawn to its seeds; the others
        stay free, so that what nobody thought of shows up.
    init : {"vectors", "default"}, default="vectors"
        What NMF and LDA start from: clusters of vectors of the documents, or what they start from
        on their own.
    by : str, sequence or None, default="auto"
        Where the sources of the documents stand, such as publishers: the name of a column of the
        corpus, or one value a document. What a source writes in every release, such as names and
        addresses, is then told from what its releases are about (``sources_``) and counts for no
        topic; a subject that only one source writes about stays. "auto" takes the column
        ``source`` where it holds two sources or more; without it, letterheads are found by words
        that stand together whatever releases are about. None tells nothing apart.
    background : "default", None, str, path, KeyedVectors or object, default=None
        Word vectors from elsewhere, which stand beside those that are learnt from the documents, as
        far as they are known to read the language: as for
        :func:`topics.text.background.resolve_background`. Topics of short texts are then far more
        often those a reader would see; of a few hundred long ones hardly so.
    previous_model : TopicModel or None, default=None
        A model whose topics come first, with their numbers and names, as this month's topics after
        last month's; further topics stay free.
    random_state : int, RandomState or None, default=0
        For the start.
    n_jobs : int or None, default=None
        Threads; results are the same to the bit for any number.

    Attributes
    ----------
    components_ : ndarray of float32, shape (n_topics, n_terms)
        Topic-term weights.
    topics_ : pandas.DataFrame
        A row a topic: ``topic`` (number), ``name``, ``words``, ``share`` (mean weight over the
        documents), ``releases`` (number of documents it is the first topic of), ``background``
        (whether its words stand everywhere) and ``surplus`` (whether hardly any document is on
        it). Topics of background and surplus ones come last.
    sources_ : pandas.DataFrame
        A row a source: ``source``, ``releases``, ``share`` (of the weight of its terms that is its
        own) and ``words`` (the most telling ones of those).
    n_topics_path_ : pandas.DataFrame
        With ``n_topics="auto"``, a row for each number tried: ``n_topics``, ``stability``,
        ``coherence`` (on the half not learnt from) and ``score``.
    vectorizer_ : TermVectorizer
        The fitted vectorizer.
    labels_ : ndarray of int64, shape (n_documents,)
        Number of the first topic of each document fitted on last, -1 where no word of it is known;
        a loaded model does not have it.
    rejects_ : pandas.DataFrame
        Documents without a text: ``place`` (from 0) and ``reason``.
    n_documents_ : int
        Number of documents fitted on.

    Examples
    --------
    >>> texts = ["refugees fled to the camp", "the camp shelters refugees"] * 10
    >>> texts += ["the court tried the judge", "the judge ruled in court"] * 10
    >>> model = TopicModel(n_topics=2).fit(texts)
    >>> sorted(sorted(words) for words in model.top_words(2))
    [['camp', 'refugees'], ['court', 'judge']]
    """

    decomposition_: NMF | LDA | VectorTopics
    source_effects_: SourceEffects | None

    def __init__(
        self,
        n_topics: int | Literal["auto"] | None = None,
        method: Literal["vectors", "nmf", "lda"] = "vectors",
        vectorizer: TermVectorizer | None = None,
        themes: Mapping[str, Sequence[str]] | None = None,
        init: Literal["vectors", "default"] = "vectors",
        by: str | Sequence[Any] | None = "auto",
        background: Any = None,
        previous_model: TopicModel | None = None,
        random_state: Any = 0,
        n_jobs: int | None = None,
    ) -> None:
        self.n_topics = n_topics
        self.method = method
        self.vectorizer = vectorizer
        self.themes = themes
        self.init = init
        self.by = by
        self.background = background
        self.previous_model = previous_model
        self.random_state = random_state
        self.n_jobs = n_jobs

    # Learning

    def fit(self, texts: Any, y: Any = None) -> Self:
        """Learn the topics of a corpus.

        Parameters
        ----------
        texts : Corpus, Arrow column, DataFrame, Arrow dataset, Dask DataFrame, iterable of str or
                of lists of str, or csr_matrix
            The documents; a Corpus or a table brings titles and dates. The texts of a dataset or of
            a DataFrame of Dask are read where they lie, shard by shard, and only the numbers of
            their terms are gathered. Lists of str are documents that are already tokenised. A
            matrix holds the counts of terms of a fitted ``vectorizer``; the order of the words, and
            the sentences, are then not known.
        y : None
            Ignored: topics are learnt without labels.

        Returns
        -------
        TopicModel
            The fitted model.

        Raises
        ------
        TopicsError
            If there are fewer documents than topics, or fewer topics than themes.

        Examples
        --------
        >>> model = TopicModel(2).fit(["aid reached the camp", "the court freed detainees"] * 20)
        >>> len(model.names_)
        2
        """
        self._fit(texts)
        return self

    def fit_transform(self, texts: Any, y: Any = None) -> Any:
        """Learn the topics and give the topic proportions of the documents.

        Parameters
        ----------
        texts : Corpus, Arrow column, DataFrame, iterable of str or of lists of str, or csr_matrix
            As for :meth:`fit`.
        y : None
            Ignored. A matrix, such as embeddings of the documents, is an error: it has no use here.

        Returns
        -------
        ndarray of float32, shape (n_documents, n_topics)
            Rows sum to 1; a data frame where :meth:`set_output` asked for one.

        Raises
        ------
        TopicsError
            As :meth:`fit`, or if ``y`` is a matrix.

        Examples
        --------
        >>> texts = ["aid reached the camp", "the court freed detainees"] * 20
        >>> TopicModel(2).fit_transform(texts).shape
        (40, 2)
        """
        if getattr(y, "ndim", 1) > 1:
            raise TopicsError(
                f"the second argument is a matrix of the shape {y.shape}, which nothing would use",
                "leave it out: TopicModel learns its own vectors of documents",
            )
        return self._output(self._fit(texts), texts)

    @restore_on_error
    def _fit(self, texts: Any) -> NDArray[np.float32]:
        """Learn from documents of any kind; gives their topic proportions."""
        if sp.issparse(texts):
            vectorizer = _fitted(self.vectorizer, texts)
            sequences = sequences_from_counts(texts)
            unread = Documents([""] * len(sequences), None, [])
            return self._fit_sequences(sequences, vectorizer, unread)
        documents = read_documents(texts) if _is_text(self.vectorizer) else _any_documents(texts)
        with steps("fitting", {READING: 2, **self.fitting_steps()}):
            vectorizer, sequences, _ = fit_vectorizer(
                documents.texts, self.vectorizer, check_themes(self.themes), self.n_jobs
            )
            return self._fit_sequences(sequences, vectorizer, documents)

    def fitting_steps(self) -> dict[str, float]:
        """What :meth:`fit` does once words are read, and about how long each takes.

        Examples
        --------
        >>> list(TopicModel("auto").fitting_steps())
        ['comparing the words', 'trying numbers of topics', 'finding topics']
        """
        trying = {"trying numbers of topics": 20.0} if self.n_topics == "auto" else {}
        return {"comparing the words": 1.0, **trying, "finding topics": 2.0}

    @restore_on_error
    def fit_sequences(
        self, sequences: TermSequences, vectorizer: TermVectorizer, texts: Any
    ) -> Self:
        """Learn from what a fitted vectorizer made of the texts, so that models can share it.

        Parameters
        ----------
        sequences : TermSequences
            The terms of the documents.
        vectorizer : TermVectorizer
            The one that made them.
        texts : Documents, Corpus, Arrow column, or sequence
            The same documents.

        Returns
        -------
        TopicModel
            The fitted model.

        Raises
        ------
        TopicsError
            As :meth:`fit`.

        Examples
        --------
        >>> texts = ["aid reached the camp", "the court freed detainees"] * 20
        >>> vectorizer = TermVectorizer()
        >>> sequences = vectorizer.fit_to_sequences(texts)
        >>> TopicModel(2).fit_sequences(sequences, vectorizer, texts).n_documents_
        40
        """
        documents = texts if isinstance(texts, Documents) else _any_documents(texts)
        self._fit_sequences(sequences, vectorizer, documents)
        return self

    def _fit_sequences(
        self,
        sequences: TermSequences,
        vectorizer: TermVectorizer,
        documents: Documents,
    ) -> NDArray[np.float32]:
        """Learn from sequences of terms; gives the topic proportions of the documents."""
        themes = check_themes(self.themes)
        self._check_params()
        self.vectorizer_ = vectorizer
        self.n_documents_ = len(sequences)
        self._set_rejects(documents.rejects)
        seeds_of = expand_seeds(themes, vectorizer)
        if seeds_of:
            try:
                known: Collection[str] = seed_columns(seeds_of, vectorizer.vocabulary_)
            except TopicsError as error:
                # The other topics are found all the same.
                warnings.warn(str(error), stacklevel=5)
                known = ()
            seeds_of = {name: terms for name, terms in seeds_of.items() if name in known}
        # A prior cannot be below zero: terms that speak against a theme only lose its name.
        self.themes_ = {
            name: {term: weight for term, weight in terms.items() if weight > 0}
            for name, terms in seeds_of.items()
        }
        begin_step("comparing the words")
        given = self._given_sources(documents.table, len(sequences))
        vectors = self._vectors(sequences, documents.texts, given is not None)
        counts = sequences.counts(vectorizer.n_terms_, np.float32, self.n_jobs)
        weights = self._weights(counts)
        sources = self._learn_sources(given, weights, vectors)
        numbers = None if sources is None else sources.numbers
        weights = self._taken_off(weights, numbers)
        first = self._first_names()
        n_first = len(first)
        vars(self).pop("n_topics_path_", None)
        begin_step("trying numbers of topics")
        k = self._number_of_topics(sequences, n_first, weights, vectors, sources)
        begin_step("finding topics")
        seeds = self._seeds(k)
        # Of counts and weights only what is read is held while topics are learnt.
        if self.method == "lda":
            kept = self._taken_off(counts, numbers)
            self.decomposition_ = self._new_decomposition(k, seeds, kept, weights, vectors, sources)
            del weights
            found = self.decomposition_.fit_transform(kept)
            del kept
            weights = self._taken_off(self._weights(counts), numbers)
            del counts
        else:
            del counts
            self.decomposition_ = self._new_decomposition(k, seeds, None, weights, vectors, sources)
            if isinstance(self.decomposition_, VectorTopics):
                found = self.decomposition_.fit_transform(weights, sources=sources)
            else:
                found = self.decomposition_.fit_transform(weights)
        proportions = _as_proportions(found)
        self.component_groups_ = [[t] for t in range(k)]
        self._merge_components()
        self._describe(sequences, weights, proportions, documents, first)
        self.names_ = name_topics(self.top_words(), first)
        return proportions

    @restore_on_error
    def partial_fit(self, texts: Any, y: Any = None) -> Self:
        """Learn from one more batch of documents, in the vocabulary of the first batch.

        Parameters
        ----------
        texts : Corpus, Arrow column, or iterable of str
            The batch.
        y : None
            Ignored.

        Returns
        -------
        TopicModel
            The model. Words and representative documents are those of the last batch that held
            any text, names those of the first; proportions and numbers of documents add up.

        Raises
        ------
        TopicsError
            If ``method`` is "vectors", or the model is of NMF and was loaded.

        Examples
        --------
        >>> texts = ["aid reached the camp", "the court freed detainees"] * 20
        >>> TopicModel(2, method="nmf").partial_fit(texts).partial_fit(texts).n_documents_
        80
        """
        if self.method == "vectors":
            raise TopicsError(
                "vectors of documents are not learnt in parts", 'give method="nmf" or "lda"'
            )
        if not hasattr(self, "components_"):
            return self.fit(texts)
        read = self._read(texts)
        if not read.matrix.nnz:
            self.n_documents_ += read.matrix.shape[0]
            return self
        seen, proportions_so_far, winners = (
            self.n_documents_,
            self.proportion_sums_,
            self.topic_sizes_,
        )
        timeline = self.timeline_
        assert isinstance(self.decomposition_, (LDA, NMF))
        try:
            self.decomposition_.partial_fit(read.matrix)
        except ValueError as error:
            raise TopicsError(str(error), "fit a new model") from None
        self._merge_components()
        self.n_documents_ = seen + read.matrix.shape[0]
        proportions = self._topic_proportions(read.matrix, read.numbers)
        self._describe(read.sequences, read.weights, proportions, read.documents, self.names_)
        self.proportion_sums_ = self.proportion_sums_ + proportions_so_far
        self.topic_sizes_ = self.topic_sizes_ + winners
        self.timeline_ = merge_timelines(timeline, self.timeline_)
        return self

    def _read(self, texts: Any) -> _Read:
        """Documents of any kind as the methods read them."""
        documents = read_documents(texts) if _is_text(self.vectorizer_) else _any_documents(texts)
        self._set_rejects(documents.rejects)
        sequences = self.vectorizer_.sequences(documents.texts)
        counts = sequences.counts(self.vectorizer_.n_terms_, np.float32, self.n_jobs)
        numbers = self._source_numbers(counts, documents.table)
        weights = self._taken_off(self._weights(counts), numbers)
        matrix = self._taken_off(counts, numbers) if self.method == "lda" else weights
        return _Read(documents, sequences, matrix, weights, numbers)

    def _set_rejects(self, rejects: list[tuple[int, str]]) -> None:
        self._rejects = list(rejects)
        warn_of_rejects(rejects, self.n_documents_)

    def _check_params(self) -> None:
        if self.previous_model is not None:
            self.previous_model._check_fitted()
        if self.method not in ("vectors", "nmf", "lda"):
            raise TopicsError(
                f"method={self.method!r} is unknown", 'give "vectors", "nmf" or "lda"'
            )
        if self.init not in ("vectors", "default"):
            raise TopicsError(f"init={self.init!r} is unknown", 'give "vectors" or "default"')
        k = self.n_topics
        if not (k is None or k == "auto" or (isinstance(k, (int, np.integer)) and k >= 1)):
            raise TopicsError(
                f"n_topics={k!r} is no number of topics", 'give one from 1 on, or "auto", or None'
            )

    # Sources

    @property
    def _source_column(self) -> str:
        """Column of a corpus in which its sources stand."""
        return self.by if isinstance(self.by, str) and self.by != "auto" else _SOURCE

    def _given_sources(self, table: pa.Table | None, n_documents: int) -> list[Any] | None:
        """The source of each document, where there are two or more."""
        by = self.by
        if by is None:
            return None
        if not isinstance(by, str):
            given = list(by)
            if len(given) != n_documents:
                raise TopicsError(
                    f"by= holds {len(given)} sources for {n_documents} releases",
                    "give one for each, or the name of a column",
                )
            return given
        column = self._source_column
        if table is None or column not in table.column_names:
            if by == "auto":
                return None
            known = "" if table is None else ", ".join(table.column_names)
            raise TopicsError(
                f"there is no column {by!r} to take the sources from",
                f"give by= one of {known}" if known else "give a table, or by= one source a text",
            )
        given = table[column].to_pylist()
        return given if by != "auto" or len(set(given) - {None}) > 1 else None

    def _learn_sources(
        self, given: list[Any] | None, weights: sp.csr_matrix, vectors: Any
    ) -> Sources | None:
        """Tell what is a source's own from what its documents are about."""
        self.source_effects_ = None
        if self.by is None or vectors is None or not weights.nnz:
            return None
        options = {"random_state": self.random_state, "n_jobs": self.n_jobs}
        letterheads = None
        if given is None:
            letterheads = find_letterheads(weights, vectors, **options)
            numbers = letterhead_of(weights, letterheads)
            names = [""] * letterheads.shape[0]
        else:
            names, numbers = number_sources(given)
        if not names:
            return None
        shares, sources = estimate_source_effects(weights, vectors, numbers, len(names), **options)
        # What was asked for is nobody's own.
        asked = {term for terms in self.themes_.values() for term in terms}
        kept = [self.vectorizer_.vocabulary_[t] for t in asked if t in self.vectorizer_.vocabulary_]
        shares.data[np.isin(shares.indices, kept)] = 0
        shares.eliminate_zeros()
        effects = describe_sources(names, shares, weights, numbers, letterheads)
        if letterheads is not None:
            terms = self.vectorizer_.get_feature_names_out()
            words = [[str(terms[i]) for i in row.indices] for row in letterheads]
            effects = replace(effects, names=name_topics(words))
        self.source_effects_ = effects
        return sources

    def number_sources(self, texts: Any) -> NDArray[np.int64] | None:
        """Numbers of the sources of documents: rows of ``sources_``.

        Parameters
        ----------
        texts : Corpus, or other documents
            A corpus with the column that the model was fitted by.

        Returns
        -------
        ndarray of int64, shape (n_documents,), or None
            -1 for a source that the model does not know; None where nothing says what the sources
            are.

        Examples
        --------
        >>> model = TopicModel(2).fit(["aid reached the camp", "the court freed detainees"] * 20)
        >>> model.number_sources(["aid"]) is None
        True
        """
        effects = self.source_effects_
        if effects is None or effects.letterheads is not None:
            return None
        return self._numbers_in(texts.table if isinstance(texts, Corpus) else None)

    def _numbers_in(self, table: pa.Table | None) -> NDArray[np.int64] | None:
        """Numbers of the sources that stand in a column."""
        effects, column = self.source_effects_, self._source_column
        if effects is None or table is None or column not in table.column_names:
            return None
        return effects.numbers(table[column].to_pylist())

    def _source_numbers(
        self, counts: sp.csr_matrix, table: pa.Table | None
    ) -> NDArray[np.int64] | None:
        """Numbers of the sources of documents that were counted, where any are known."""
        effects = self.source_effects_
        if effects is not None and effects.letterheads is not None:
            return letterhead_of(counts, effects.letterheads)
        return self._numbers_in(table)

    def _number_of_topics(
        self,
        sequences: TermSequences,
        n_first: int,
        weights: sp.csr_matrix,
        vectors: Any,
        sources: Sources | None,
    ) -> int:
        n_documents = len(sequences)
        if not n_documents:
            raise TopicsError("there are no releases", "give some")
        if isinstance(self.n_topics, str):
            k = self._best_number(sequences, n_first, weights, vectors, sources)
        elif self.n_topics is None:
            k = max(_TOPICS, n_first + 5)
            if n_documents < 3 * k:
                k = max(1, n_first, n_documents // 3)
        elif (k := self.n_topics) > n_documents:
            raise TopicsError(
                f"more topics ({k}) than releases ({n_documents})",
                f"ask for {n_documents} topics at most, or give more releases",
            )
        if k < max(1, n_first):
            known = "topics of the previous model and themes" if self.previous_model else "themes"
            raise TopicsError(
                f"fewer topics ({k}) than {known} ({n_first})", f"ask for {n_first} or more"
            )
        if n_documents < max(30, 3 * k):
            warnings.warn(
                f"{n_documents} releases are few for {k} topics: take them for a first sketch, "
                "read the releases, and do not rely on small differences",
                stacklevel=5,
            )
        return k

    def _best_number(
        self,
        sequences: TermSequences,
        n_first: int,
        weights: sp.csr_matrix,
        vectors: Any,
        sources: Sources | None,
    ) -> int:
        import pandas as pd

        if len(sequences) < 2 * PATH[0]:
            return max(n_first, 1)
        rows = _document_vectors(weights, vectors, sources)
        steps = stability_path(
            weights, rows, sequences, self.vectorizer_.get_feature_names_out().tolist(),
            random_state=self.random_state, n_jobs=self.n_jobs,
        )  # fmt: skip
        self.n_topics_path_ = pd.DataFrame(steps)
        return min(max(largest_good_n_topics(steps), n_first), max(len(sequences), n_first))

    def _vectors(
        self, sequences: TermSequences, texts: Any, has_sources: bool
    ) -> NDArray[np.float32] | None:
        """Vectors of terms, where anything asks for them and there is text to learn them from."""
        wanted = "vectors" in (self.method, self.init) or self.n_topics == "auto" or has_sources
        if not wanted or not len(sequences):
            return None
        words = WordVectors(random_state=self.random_state, n_jobs=self.n_jobs)
        learnt = words.fit(sequences, self.vectorizer_.n_terms_).vectors_
        background = resolve_background(self.background)
        if background is None or self.vectorizer_.takes_any_document:
            return learnt
        if not isinstance(texts, ShardedTexts):
            texts = as_documents(texts)
        languages = corpus_languages(texts)
        knowledge = WordKnowledge(background, languages, check_themes(self.themes))
        if not knowledge.weight:
            return learnt
        known = knowledge.vectors(self.vectorizer_.get_feature_names_out().tolist())
        return np.hstack([learnt, knowledge.length(len(sequences)) * known])

    def _first_names(self) -> list[str]:
        """Names of the topics that are not free: a previous model's, then those of new themes."""
        first = [] if self.previous_model is None else list(self.previous_model.names_)
        return [*first, *(name for name in self.themes_ if name not in first)]

    def __sklearn_clone__(self) -> Self:
        from sklearn.base import clone

        # What a previous model has learnt is what it is there for.
        return type(self)(
            **{
                name: value if name == "previous_model" else clone(value, safe=False)
                for name, value in self.get_params(deep=False).items()
            }
        )

    def _seeds(self, k: int) -> NDArray[np.float32] | None:
        """Weights of the terms that the first topics are drawn to, of length one."""
        if not self.themes_ and self.previous_model is None:
            return None
        vocabulary = self.vectorizer_.vocabulary_
        seeds = np.zeros((k, len(vocabulary)), np.float32)
        if self.previous_model is not None:
            terms = self.previous_model.vectorizer_.get_feature_names_out()
            met = np.array([i for i, term in enumerate(terms) if term in vocabulary], np.int64)
            columns = np.array([vocabulary[terms[i]] for i in met], np.int64)
            seeds[: len(self.previous_model.names_), columns] = unit_rows(
                self.previous_model.components_[:, met]
            )
        place = {name: t for t, name in enumerate(self._first_names())}
        for theme, (columns, weights) in seed_columns(self.themes_, vocabulary).items():
            seeds[place[theme], columns] += weights / np.linalg.norm(weights)
        return unit_rows(seeds)

    def _new_decomposition(
        self,
        k: int,
        seeds: NDArray[np.float32] | None,
        counts: sp.csr_matrix | None,
        weights: sp.csr_matrix,
        vectors: NDArray[np.float32] | None,
        sources: Sources | None,
    ) -> NMF | LDA | VectorTopics:
        rest: dict[str, Any] = {"random_state": self.random_state, "n_jobs": self.n_jobs}
        if self.method == "vectors":
            assert vectors is not None
            return VectorTopics(k, vectors=vectors, seed_components=seeds, **rest)
        if self.init == "vectors":
            if counts is not None:
                rows = subsample(counts.shape[0], sample_size(k), self.random_state)
                counts, weights = counts[rows], weights[rows]
                sources = None if sources is None else sources.take(rows)
            rest["init"] = initialise_from_clusters(
                weights, _document_vectors(weights, vectors, sources), k, seeds,
                self.random_state, self.n_jobs,
            )  # fmt: skip
        if self.method == "nmf":
            return NMF(k, seed_components=seeds, **rest)
        if self.init == "vectors":
            rest["init"] = initialise_from_nmf(
                counts,
                k,
                weights=weights,
                init=rest["init"],
                seed_components=seeds,
                n_jobs=self.n_jobs,
            )
        # A hundredth of a topic's expected tokens, spread over its seeds.
        tokens = float(self.n_documents_) * 100
        seed_components = 0.01 if seeds is None else 0.01 + seeds**2 * tokens / k / 100
        return LDA(k, topic_word_prior=seed_components, **rest)

    def _weights(self, counts: sp.csr_matrix) -> sp.csr_matrix:
        v = self.vectorizer_
        if v.weighting == "tfidf":
            return v.weigh(counts.copy()).astype(np.float32, copy=False)
        return tfidf_weights(counts, v.smoothed_idf_, n_jobs=self.n_jobs)

    def _merge_components(self) -> None:
        found = self.decomposition_.components_
        self.components_ = np.stack([found[group].sum(axis=0) for group in self.component_groups_])

    def _merge_proportions(self, proportions: NDArray[np.float32]) -> NDArray[np.float32]:
        """Topic proportions, of those of components."""
        if self.component_groups_ == [[t] for t in range(proportions.shape[1])]:
            return proportions
        return np.stack(
            [proportions[:, group].sum(axis=1) for group in self.component_groups_], axis=1
        )

    def _describe(
        self,
        sequences: TermSequences,
        weights: sp.csr_matrix,
        proportions: NDArray[np.float32],
        documents: Documents,
        given: Sequence[str] = (),
    ) -> None:
        """What tables show of these documents, some of whose topics may have names already."""
        terms = self.vectorizer_.get_feature_names_out().tolist()
        components = self.components_
        if self.source_effects_ is not None:
            components = components.copy()
            components[:, self.source_effects_.own_terms] = 0
        self.words_ = rank_topic_words(components, sequences, terms, n_jobs=self.n_jobs)
        self.proportion_sums_ = proportions.sum(axis=0, dtype=np.float64)
        known = np.diff(weights.indptr) > 0
        self._mark_topics(weights, proportions, given)
        # Where no term is known, every topic is as good as any other.
        self.labels_ = np.where(known, self.first_topics(proportions), -1)
        sizes = np.bincount(self.labels_[known], minlength=proportions.shape[1])
        self.topic_sizes_ = sizes
        self._proportions, self._columns = proportions, None
        if documents.table is not None:
            others = [name for name in documents.table.column_names if name not in _LONG_COLUMNS]
            self._columns = documents.table.select(others)
        self.timeline_ = daily_proportions(documents.dates, proportions)
        self.representatives_ = self._representatives(weights, proportions, documents)

    def _mark_topics(
        self, weights: sp.csr_matrix, proportions: NDArray[np.float32], given: Sequence[str]
    ) -> None:
        """Mark topics that are no subject, and those that hardly any document is on."""
        first = np.where(np.diff(weights.indptr) > 0, proportions.argmax(axis=1), -1)
        on_it = np.bincount(first[first >= 0], minlength=proportions.shape[1])
        words = [shown[:10] for shown in self.words_]
        effects = self.source_effects_
        sources = [] if effects is None else effects.words
        self.background_ = stand_everywhere(words, weights, first) | owned_by_sources(
            words, sources
        )
        # A corpus of ten documents has no topic of many.
        self.surplus_ = on_it < min(_FEWEST, max(1, on_it.sum() // on_it.size))
        asked = [t for t, name in enumerate(given) if name in self.themes_]
        # The words of themes were asked for.
        self.background_[asked] = self.surplus_[asked] = False

    def _representatives(
        self, weights: sp.csr_matrix, proportions: NDArray[np.float32], documents: Documents
    ) -> list[list[tuple[str, str | None, str | None, float, str]]]:
        components = unit_rows(self.components_)
        # By likeness to the topic too: its share of a text of two words says little.
        fit = proportions * (weights @ np.ascontiguousarray(components.T))
        likely = np.argsort(-fit, axis=0, kind="stable")[: 2 * REPRESENTATIVES]
        asked = {
            int(d): np.flatnonzero((likely == d).any(axis=0) & (fit[d] > 0)).tolist()
            for d in np.unique(likely)
        }
        releases = dict(zip(asked, documents.take(list(asked)), strict=True))
        found = self.sentences([shown.text for shown in releases.values()], list(asked.values()))
        shown = {
            (d, topic): sentence
            for (d, topics), sentences in zip(asked.items(), found, strict=True)
            for topic, sentence in zip(topics, sentences, strict=True)
        }
        every = []
        for topic in range(fit.shape[1]):
            rows: dict[str, tuple[str, str | None, str | None, float, str]] = {}
            for d in likely[:, topic].tolist():
                if sentence := shown.get((d, topic)):
                    row = (*releases[d][:3], float(proportions[d, topic]), sentence)
                    rows.setdefault(sentence, row)
            every.append(list(rows.values())[:REPRESENTATIVES])
        return every

    # New documents

    def transform(self, texts: Any) -> NDArray[np.float32]:
        """Topic proportions in documents.

        Parameters
        ----------
        texts : Corpus, Arrow column, DataFrame, iterable of str or of lists of str, or csr_matrix
            The documents, as for :meth:`fit`.

        Returns
        -------
        ndarray of float32, shape (n_documents, n_topics)
            Rows sum to 1; equal proportions where no word is known. A data frame where
            :meth:`set_output` asked for one.

        Examples
        --------
        >>> model = TopicModel(2).fit(["aid reached the camp", "the court freed detainees"] * 20)
        >>> model.transform(["aid for the camp"]).sum(axis=1).round(3).tolist()
        [1.0]
        """
        counts, numbers = self._count(texts)
        return self._output(self.transform_counts(counts, numbers), texts)

    def predict(self, texts: Any) -> NDArray[np.int64]:
        """The topic with the largest proportion in each document.

        Parameters
        ----------
        texts : Corpus, Arrow column, DataFrame, iterable of str or of lists of str, or csr_matrix
            The documents, as for :meth:`fit`.

        Returns
        -------
        ndarray of int64, shape (n_documents,)
            Numbers of topics; -1 where no word is known.

        Examples
        --------
        >>> model = TopicModel(2).fit(["aid reached the camp", "the court freed detainees"] * 20)
        >>> first, second = model.predict(["aid for the camp", "the court"])
        >>> bool(first != second)
        True
        """
        counts, numbers = self._count(texts)
        first = self.first_topics(self.transform_counts(counts, numbers))
        return np.where(np.diff(counts.indptr) > 0, first, -1)

    def _count(self, texts: Any) -> tuple[sp.csr_matrix, NDArray[np.int64] | None]:
        """Counts of terms in documents, and numbers of their sources."""
        self._check_fitted()
        if sp.issparse(texts):
            counts = sp.csr_matrix(_fitted(self.vectorizer_, texts) and texts, dtype=np.float32)
            return counts, self._source_numbers(counts, None)
        documents = read_documents(texts) if _is_text(self.vectorizer_) else _any_documents(texts)
        counts = self.vectorizer_.counts(documents.texts, np.float32)
        return counts, self._source_numbers(counts, documents.table)

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Names of the topics, which are the columns of what :meth:`transform` gives.

        Parameters
        ----------
        input_features : None
            Ignored.

        Returns
        -------
        ndarray of object (str), shape (n_topics,)
            The names.

        Examples
        --------
        >>> model = TopicModel(2).fit(["aid reached the camp", "the court freed detainees"] * 20)
        >>> model.get_feature_names_out().tolist() == model.names_
        True
        """
        self._check_fitted()
        return np.array(self.names_, object)

    def set_output(self, *, transform: str | None = None) -> Self:
        """Choose what :meth:`transform` gives.

        Parameters
        ----------
        transform : {"default", "pandas"} or None
            An array, or a data frame with the names of the topics; None leaves it as it is.

        Returns
        -------
        TopicModel
            The model.

        Raises
        ------
        ValueError
            If it is something else.

        Examples
        --------
        >>> model = TopicModel(2).set_output(transform="pandas")
        >>> frame = model.fit_transform(["aid reached the camp", "the court freed detainees"] * 20)
        >>> frame.shape, frame.columns.tolist() == model.names_
        ((40, 2), True)
        """
        self._transform_output = check_output_kind(transform, self)
        return self

    def _output(self, proportions: NDArray[np.float32], texts: Any) -> Any:
        return as_output(self, proportions, texts)

    def transform_counts(
        self, counts: sp.csr_matrix, sources: NDArray[np.int64] | None = None
    ) -> NDArray[np.float32]:
        """Topic proportions in documents that the vectorizer has counted.

        Parameters
        ----------
        counts : csr_matrix of float32, shape (n_documents, n_terms)
            Term counts.
        sources : ndarray of int64, shape (n_documents,), or None, default=None
            Row of each document's source in ``sources_``, -1 for none of them; None looks for
            letterheads, where the model knows any.

        Returns
        -------
        ndarray of float32, shape (n_documents, n_topics)
            Rows sum to 1.

        Examples
        --------
        >>> model = TopicModel(2).fit(["aid reached the camp", "the court freed detainees"] * 20)
        >>> model.transform_counts(model.vectorizer_.counts(["aid", "court"])).shape
        (2, 2)
        """
        if sources is None:
            sources = self._source_numbers(counts, None)
        matrix = counts if self.method == "lda" else self._weights(counts)
        return self._topic_proportions(self._taken_off(matrix, sources), sources)

    def _taken_off(self, matrix: sp.csr_matrix, numbers: NDArray[np.int64] | None) -> sp.csr_matrix:
        """Weights or counts without what is the sources' own."""
        if numbers is None or self.source_effects_ is None:
            return matrix
        return self.source_effects_.taken_off(matrix, numbers)

    def _topic_proportions(
        self, matrix: sp.csr_matrix, numbers: NDArray[np.int64] | None
    ) -> NDArray[np.float32]:
        if isinstance(self.decomposition_, VectorTopics):
            found = self.decomposition_.transform(matrix, numbers)
        else:
            found = self.decomposition_.transform(matrix)
        return self._merge_proportions(_as_proportions(found))

    def first_topics(self, proportions: NDArray[np.floating]) -> NDArray[np.int64]:
        """The first topic of each document: the largest, background only where there is no other.

        Parameters
        ----------
        proportions : ndarray of float, shape (n_documents, n_topics)
            As of :meth:`transform`.

        Returns
        -------
        ndarray of int64, shape (n_documents,)
            Numbers of topics. Topics of background, and surplus ones, are the first topic of a
            document that has no other topic of more than an equal share.

        Examples
        --------
        >>> model = TopicModel(2).fit(["aid reached the camp", "the court freed detainees"] * 20)
        >>> model.first_topics(np.array([[0.2, 0.8]], np.float32)).tolist()
        [1]
        """
        first = proportions.argmax(axis=1)
        marked = self.background_ | self.surplus_
        if not marked.any() or marked.all() or not len(proportions):
            return first
        others = np.where(marked, 0, proportions)
        has_other = others.max(axis=1) > 1 / len(marked)
        return np.where(has_other, others.argmax(axis=1), first)

    def sentences(self, texts: Sequence[str], topics: Sequence[Sequence[int]]) -> list[list[str]]:
        """The sentence of each text that shows each of some topics best.

        Parameters
        ----------
        texts : sequence of str
            Documents.
        topics : sequence of sequence of int
            For each text numbers of topics.

        Returns
        -------
        list of list of str
            For each text one a topic; the beginning of a text that has no sentences, as those have
            not that are no plain text.

        Examples
        --------
        >>> model = TopicModel(2).fit(["aid reached the camp", "the court freed detainees"] * 20)
        >>> topic = model.predict(["the court"])[0]
        >>> model.sentences(["Aid reached the camp. The court sat."], [[topic]])
        [['The court sat.']]
        """
        if self.vectorizer_.takes_any_document:
            found = [[""] * len(asked) for asked in topics]
        else:
            found = best_sentences(as_documents(texts), topics, self._sentence_scores)
        return [
            [sentence or " ".join(text.split())[:400] for sentence in sentences]
            for text, sentences in zip(texts, found, strict=True)
        ]

    def _sentence_scores(
        self, sentences: pa.LargeStringArray, columns: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        sequences = self.vectorizer_.sequences(sentences)
        weights = np.ascontiguousarray(self.components_.T)
        return scores_in_columns(sequences, columns, None, weights)

    @restore_on_error
    def split_topic(self, topic: int | str, texts: Any, n: int = 2) -> Self:
        """Make several topics of one.

        Parameters
        ----------
        topic : int or str
            Number or name.
        texts : Corpus, Arrow column, or iterable of str
            The documents that the model was fitted on; those whose first topic it is are looked at.
        n : int, default=2
            How many topics come of it.

        Returns
        -------
        TopicModel
            The model: the first part has the topic's number, the others the last ones. Names of
            other topics stay, and tables are those of ``texts``.

        Raises
        ------
        TopicsError
            If there is no such topic, or it is the first one of too few documents.

        Examples
        --------
        >>> texts = ["aid reached the camp", "the court freed men", "ships left the port"] * 20
        >>> len(TopicModel(2).fit(texts).split_topic(0, texts).names_)
        3
        """
        number = self.topic_number(topic)
        read = self._read(texts)
        first = self.first_topics(self._topic_proportions(read.matrix, read.numbers))
        rows = np.flatnonzero((first == number) & (np.diff(read.matrix.indptr) > 0))
        if n < 2 or rows.size < 2 * n:
            raise TopicsError(
                f"{rows.size} releases are too few for {n} topics", "split a larger topic"
            )
        gone = self.component_groups_[number]
        stay = [t for t in range(len(self.decomposition_.components_)) if t not in gone]
        self.decomposition_.split(gone, read.matrix[rows], n)
        place = {t: i for i, t in enumerate(stay)}
        groups = [[place[t] for t in group if t in place] for group in self.component_groups_]
        groups[number] = [len(stay)]
        self.component_groups_ = groups + [[len(stay) + i] for i in range(1, n)]
        self._merge_components()
        kept, self.n_documents_ = self.names_, len(read.sequences)
        proportions = self._topic_proportions(read.matrix, read.numbers)
        self._describe(read.sequences, read.weights, proportions, read.documents, kept)
        words, others = self.top_words(), [name for t, name in enumerate(kept) if t != number]
        parts = name_topics([words[number], *words[len(kept) :]])
        renamed = name_topics([[]] * len(others) + [[name] for name in parts], others)
        parts = renamed[len(others) :]
        self.names_ = [*kept[:number], parts[0], *kept[number + 1 :], *parts[1:]]
        return self


class _Read(NamedTuple):
    """Documents as they are described, their terms, and what a decomposition reads."""

    documents: Documents
    sequences: TermSequences
    matrix: sp.csr_matrix
    weights: sp.csr_matrix
    numbers: NDArray[np.int64] | None


def _is_text(vectorizer: TermVectorizer | None) -> bool:
    """Whether a vectorizer reads texts, and not documents that only its own functions know."""
    return vectorizer is None or not callable(vectorizer.analyzer)


def _any_documents(texts: Any) -> Documents:
    """Documents of any type, for a vectorizer whose analyzer is a function."""
    if isinstance(texts, Corpus):
        return Documents(texts.texts, texts.table, [])
    is_indexed = isinstance(texts, (Sequence, pa.Array, pa.ChunkedArray))
    return Documents(texts if is_indexed else list(texts), None, [])


def _fitted(vectorizer: TermVectorizer | None, counts: Any) -> TermVectorizer:
    """The vectorizer that a matrix of counts comes from, or a clear error."""
    if vectorizer is None:
        raise TopicsError(
            "a matrix says nothing of its terms", "give the fitted vectorizer, too: vectorizer="
        )
    vectorizer._check_fitted()
    if counts.shape[1] != vectorizer.n_terms_:
        raise TopicsError(
            f"the matrix has {counts.shape[1]} columns, and the vectorizer "
            f"{vectorizer.n_terms_} terms",
            "give the counts that this vectorizer makes: vectorizer.counts(texts)",
        )
    return vectorizer


def _document_vectors(
    weights: sp.csr_matrix, vectors: Any, sources: Sources | None
) -> NDArray[np.float32]:
    """Vectors of documents, without what their sources have in each."""
    rows, _ = document_vectors(weights @ vectors)
    if sources is None:
        return rows
    return take_means_off(rows, sources.numbers, sources.means(rows))


def _as_proportions(weights: NDArray[np.floating]) -> NDArray[np.float32]:
    total = weights.sum(axis=1, keepdims=True)
    even = np.float32(1 / weights.shape[1])
    return np.where(total > 0, weights / np.where(total > 0, total, 1), even).astype(np.float32)
