"""TopicModel: from documents to named topics."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from topics._errors import TopicsError
from topics._estimator import Estimator, as_output, check_output_kind, restore_on_error
from topics._math.arrays import subsample, unit_rows
from topics.models.initialisation import initialise_from_clusters, initialise_from_nmf, sample_size
from topics.models.lda import LDA
from topics.models.n_topics import PATH, largest_good_n_topics, stability_path
from topics.models.nmf import NMF
from topics.models.topic_metrics import match_topics
from topics.models.topic_words import Ranking, name_topics, rank_topic_words, term_scores, top_terms
from topics.models.topics_over_time import (
    Period,
    Timeline,
    daily_proportions,
    merge_timelines,
    periods_of,
)
from topics.models.vector_topics import VectorTopics
from topics.reading.corpus import Corpus
from topics.reading.documents import Documents, as_documents, read_documents, warn_of_rejects
from topics.text.default_vectorizer import fit_vectorizer
from topics.text.seed_words import RESERVED, check_name, check_themes, expand_seeds, seed_columns
from topics.text.sentences import best_sentences, split_paragraphs
from topics.text.term_sequences import TermSequences, sequences_from_counts
from topics.text.tfidf import tfidf_weights
from topics.text.vectorizer import TermVectorizer
from topics.text.word_vectors import WordVectors, document_vectors

if TYPE_CHECKING:
    from topics.text.vectorizer import TermVectorizer


_TOPICS = 10


_REPRESENTATIVES = 20


_EVERYWHERE = 0.2
"""Share of the documents that a word of background stands in."""


class TopicModel(Estimator):
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
        documents), ``releases`` (number of documents it is the first topic of) and ``background``
        (whether its heaviest words stand everywhere).
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

    components_: NDArray[np.float32]
    component_groups_: list[list[int]]
    names_: list[str]
    words_: list[list[int]]
    background_: NDArray[np.bool_]
    proportion_sums_: NDArray[np.float64]
    topic_sizes_: NDArray[np.int64]
    n_documents_: int
    representatives_: list[list[tuple[str, str | None, str | None, float, str]]]
    timeline_: Timeline
    vectorizer_: TermVectorizer
    labels_: NDArray[np.int64]

    decomposition_: NMF | LDA | VectorTopics

    def __init__(
        self,
        n_topics: int | Literal["auto"] | None = None,
        method: Literal["vectors", "nmf", "lda"] = "vectors",
        vectorizer: TermVectorizer | None = None,
        themes: Mapping[str, Sequence[str]] | None = None,
        init: Literal["vectors", "default"] = "vectors",
        previous_model: TopicModel | None = None,
        random_state: Any = 0,
        n_jobs: int | None = None,
    ) -> None:
        self.n_topics = n_topics
        self.method = method
        self.vectorizer = vectorizer
        self.themes = themes
        self.init = init
        self.previous_model = previous_model
        self.random_state = random_state
        self.n_jobs = n_jobs

    # Learning

    def fit(self, texts: Any, y: Any = None) -> Self:
        """Learn the topics of a corpus.

        Parameters
        ----------
        texts : Corpus, Arrow column, DataFrame, iterable of str or of lists of str, or csr_matrix
            The documents; a Corpus or a table brings titles and dates. Lists of str are documents
            that are already tokenised. A matrix holds the counts of terms of a fitted
            ``vectorizer``; the order of the words, and the sentences, are then not known.
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
            return self._fit_sequences(sequences, vectorizer, [""] * len(sequences), [])
        documents = read_documents(texts) if _is_text(self.vectorizer) else _any_documents(texts)
        vectorizer, sequences, _ = fit_vectorizer(
            documents.texts, self.vectorizer, check_themes(self.themes), self.n_jobs
        )
        described = documents.texts if documents.corpus is None else documents.corpus
        return self._fit_sequences(sequences, vectorizer, described, documents.rejects)

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
        texts : Corpus, Arrow column, or sequence
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
        self._fit_sequences(sequences, vectorizer, texts, [])
        return self

    def _fit_sequences(
        self,
        sequences: TermSequences,
        vectorizer: TermVectorizer,
        texts: Any,
        rejects: list[tuple[int, str]],
    ) -> NDArray[np.float32]:
        """Learn from sequences of terms; gives the topic proportions of the documents."""
        themes = check_themes(self.themes)
        self._check_params()
        self.vectorizer_ = vectorizer
        self.n_documents_ = len(sequences)
        self._set_rejects(rejects)
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
        vectors = self._vectors(sequences)
        counts = sequences.counts(len(vectorizer.vocabulary_), np.float32, self.n_jobs)
        weights = self._weights(counts)
        first = self._first_names()
        n_first = len(first)
        vars(self).pop("n_topics_path_", None)
        k = self._number_of_topics(sequences, n_first, weights, vectors)
        seeds = self._seeds(k)
        self.decomposition_ = self._new_decomposition(k, seeds, counts, weights, vectors)
        # Of counts and weights only what is read is held while topics are learnt.
        if self.method == "lda":
            del weights
            proportions = _as_proportions(self.decomposition_.fit_transform(counts))
            weights = self._weights(counts)
            del counts
        else:
            del counts
            proportions = _as_proportions(self.decomposition_.fit_transform(weights))
        self.component_groups_ = [[t] for t in range(k)]
        self._merge_components()
        self._describe(sequences, weights, proportions, texts)
        self.names_ = name_topics(self.top_words(), first)
        # The words of themes were asked for.
        self.background_[[t for t, name in enumerate(self.names_) if name in self.themes_]] = False
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
        documents, sequences, counts, weights = self._read(texts)
        if not counts.nnz:
            self.n_documents_ += counts.shape[0]
            return self
        matrix = counts if self.method == "lda" else weights
        seen, proportions_so_far, winners = (
            self.n_documents_,
            self.proportion_sums_,
            self.topic_sizes_,
        )
        timeline = self.timeline_
        assert isinstance(self.decomposition_, (LDA, NMF))
        try:
            self.decomposition_.partial_fit(matrix)
        except ValueError as error:
            raise TopicsError(str(error), "fit a new model") from None
        self._merge_components()
        self.n_documents_ = seen + counts.shape[0]
        self._describe(sequences, weights, self._topic_proportions(matrix), documents)
        self.proportion_sums_ = self.proportion_sums_ + proportions_so_far
        self.topic_sizes_ = self.topic_sizes_ + winners
        self.timeline_ = merge_timelines(timeline, self.timeline_)
        return self

    def _read(self, texts: Any) -> tuple[Any, TermSequences, sp.csr_matrix, sp.csr_matrix]:
        """Documents as they are described, and their terms, counts and weights."""
        documents = read_documents(texts) if _is_text(self.vectorizer_) else _any_documents(texts)
        self._set_rejects(documents.rejects)
        sequences = self.vectorizer_.sequences(documents.texts)
        counts = sequences.counts(len(self.vectorizer_.vocabulary_), np.float32, self.n_jobs)
        described = documents.texts if documents.corpus is None else documents.corpus
        return described, sequences, counts, self._weights(counts)

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

    def _number_of_topics(
        self, sequences: TermSequences, n_first: int, weights: sp.csr_matrix, vectors: Any
    ) -> int:
        n_documents = len(sequences)
        if not n_documents:
            raise TopicsError("there are no releases", "give some")
        if isinstance(self.n_topics, str):
            k = self._best_number(sequences, n_first, weights, vectors)
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
        self, sequences: TermSequences, n_first: int, weights: sp.csr_matrix, vectors: Any
    ) -> int:
        import pandas as pd

        if len(sequences) < 2 * PATH[0]:
            return max(n_first, 1)
        rows, _ = document_vectors(weights @ vectors)
        steps = stability_path(
            weights, rows, sequences, self.vectorizer_.get_feature_names_out().tolist(),
            random_state=self.random_state, n_jobs=self.n_jobs,
        )  # fmt: skip
        self.n_topics_path_ = pd.DataFrame(steps)
        return min(max(largest_good_n_topics(steps), n_first), max(len(sequences), n_first))

    def _vectors(self, sequences: TermSequences) -> NDArray[np.float32] | None:
        """Vectors of terms, where anything asks for them and there is text to learn them from."""
        wanted = self.method == "vectors" or self.init == "vectors" or self.n_topics == "auto"
        if not wanted or not len(sequences):
            return None
        words = WordVectors(random_state=self.random_state, n_jobs=self.n_jobs)
        return words.fit(sequences, len(self.vectorizer_.vocabulary_)).vectors_

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
        counts: sp.csr_matrix,
        weights: sp.csr_matrix,
        vectors: NDArray[np.float32] | None,
    ) -> NMF | LDA | VectorTopics:

        rest: dict[str, Any] = {"random_state": self.random_state, "n_jobs": self.n_jobs}
        if self.method == "vectors":
            assert vectors is not None
            return VectorTopics(k, vectors=vectors, seed_components=seeds, **rest)
        if self.init == "vectors":
            if self.method == "lda":
                rows = subsample(counts.shape[0], sample_size(k), self.random_state)
                counts, weights = counts[rows], weights[rows]
            rest["init"] = initialise_from_clusters(
                weights, document_vectors(weights @ vectors)[0], k, seeds, self.random_state,
                self.n_jobs,
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
        texts: Any,
    ) -> None:
        terms = self.vectorizer_.get_feature_names_out().tolist()
        self.words_ = rank_topic_words(self.components_, sequences, terms, n_jobs=self.n_jobs)
        self.proportion_sums_ = proportions.sum(axis=0, dtype=np.float64)
        # Where no term is known, every topic is as good as any other.
        self.labels_ = np.where(np.diff(weights.indptr) > 0, proportions.argmax(axis=1), -1)
        sizes = np.bincount(self.labels_[self.labels_ >= 0], minlength=proportions.shape[1])
        self.topic_sizes_ = sizes
        dates = texts["date"].to_pylist() if isinstance(texts, Corpus) else []
        self.timeline_ = daily_proportions(dates, proportions)
        everywhere = np.bincount(weights.indices, minlength=len(terms)) >= _EVERYWHERE * len(
            proportions
        )
        heaviest = np.argsort(-self.components_, axis=1)[:, :10]
        self.background_ = 2 * everywhere[heaviest].sum(axis=1) >= heaviest.shape[1]
        self.representatives_ = self._representatives(weights, proportions, texts)

    def _representatives(
        self, weights: sp.csr_matrix, proportions: NDArray[np.float32], texts: Any
    ) -> list[list[tuple[str, str | None, str | None, float, str]]]:
        components = unit_rows(self.components_)
        # By likeness to the topic too: its share of a text of two words says little.
        fit = proportions * (weights @ np.ascontiguousarray(components.T))
        likely = np.argsort(-fit, axis=0, kind="stable")[: 2 * _REPRESENTATIVES]
        asked = {
            int(d): np.flatnonzero((likely == d).any(axis=0) & (fit[d] > 0)).tolist()
            for d in np.unique(likely)
        }
        releases = {d: _release(texts, d) for d in asked}
        found = self.sentences([release[3] for release in releases.values()], list(asked.values()))
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
            every.append(list(rows.values())[:_REPRESENTATIVES])
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
        return self._output(self.transform_counts(self._count(texts)), texts)

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
        counts = self._count(texts)
        first = self.transform_counts(counts).argmax(axis=1)
        return np.where(np.diff(counts.indptr) > 0, first, -1)

    def _count(self, texts: Any) -> sp.csr_matrix:
        self._check_fitted()
        if sp.issparse(texts):
            return sp.csr_matrix(_fitted(self.vectorizer_, texts) and texts, dtype=np.float32)
        documents = read_documents(texts) if _is_text(self.vectorizer_) else _any_documents(texts)
        return self.vectorizer_.counts(documents.texts, np.float32)

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

    def transform_counts(self, counts: sp.csr_matrix) -> NDArray[np.float32]:
        """Topic proportions in documents that the vectorizer has counted.

        Parameters
        ----------
        counts : csr_matrix of float32, shape (n_documents, n_terms)
            Term counts.

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
        return self._topic_proportions(counts if self.method == "lda" else self._weights(counts))

    def _topic_proportions(self, matrix: sp.csr_matrix) -> NDArray[np.float32]:
        return self._merge_proportions(_as_proportions(self.decomposition_.transform(matrix)))

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
            found = best_sentences(texts, topics, self._sentence_scores)
        return [
            [sentence or " ".join(text.split())[:400] for sentence in sentences]
            for text, sentences in zip(texts, found, strict=True)
        ]

    def _sentence_scores(self, sentences: list[str]) -> NDArray[np.floating]:
        weights = tfidf_weights(self.vectorizer_.counts(sentences), None)
        return np.asarray(weights @ np.ascontiguousarray(self.components_.T))

    # What was learnt

    @property
    def rejects_(self) -> Any:
        """A row a document without a text: its place, from 0, and the reason.

        Examples
        --------
        >>> texts = ["aid reached the camp", "the court freed detainees"] * 20
        >>> len(TopicModel(2).fit(texts).rejects_)
        0
        """
        import pandas as pd

        self._check_fitted()
        return pd.DataFrame(self._rejects, columns=["place", "reason"])

    @property
    def topics_(self) -> Any:
        """A row a topic: its number, name, words, share, size, and whether it is background.

        The words of a background topic stand everywhere: half of its ten heaviest ones or more
        are in a fifth of the documents or more.

        Examples
        --------
        >>> model = TopicModel(2).fit(["aid reached the camp", "the court freed detainees"] * 20)
        >>> model.topics_.columns.tolist()
        ['topic', 'name', 'words', 'share', 'releases', 'background']
        """
        import pandas as pd

        self._check_fitted()
        return pd.DataFrame(
            {
                "topic": np.arange(len(self.names_)),
                "name": self.names_,
                "words": [", ".join(words) for words in self.top_words()],
                "share": self.proportion_sums_ / max(self.n_documents_, 1),
                "releases": self.topic_sizes_,
                "background": self.background_,
            }
        )

    def top_words(
        self, n: int = 10, ranking: Ranking | None = None, mix: float = 0.5
    ) -> list[list[str]]:
        """Words that show each topic: those that hold together, the most telling first.

        Parameters
        ----------
        n : int, default=10
            How many; up to 40 a topic are known.
        ranking : {"lift", "weight", "frex", "relevance"} or None, default=None
            None shows words that hold together; else as
            :func:`topics.models.topic_words.term_scores`.
        mix : float, default=0.5
            Of ``frex`` and ``relevance``.

        Returns
        -------
        list of list of str
            One list a topic.

        Examples
        --------
        >>> model = TopicModel(2).fit(["aid reached the camp", "the court freed detainees"] * 20)
        >>> sorted(model.top_words(3)[model.predict(["the court"])[0]])
        ['court', 'detainees', 'freed']
        """
        self._check_fitted()
        terms = self.vectorizer_.get_feature_names_out().tolist()
        if ranking is not None:
            return [
                [terms[i] for i in top_terms(scores, terms, n)]
                for scores in term_scores(self.components_, ranking, mix)
            ]
        return [
            [terms[i] for i in sorted(words[:n], key=lambda i: -scores[i])]
            for scores, words in zip(term_scores(self.components_), self.words_, strict=True)
        ]

    def representative(self, topic: int | str, n: int = 3) -> Any:
        """Releases that show a topic best, with the sentence that shows it.

        Parameters
        ----------
        topic : int or str
            Number or name.
        n : int, default=3
            How many; up to 20 a topic are known.

        Returns
        -------
        pandas.DataFrame
            Columns ``id``, ``title``, ``date``, ``share`` and ``sentence``, the best first.

        Raises
        ------
        TopicsError
            If there is no such topic.

        Examples
        --------
        >>> model = TopicModel(2).fit(["Aid reached the camp.", "The court freed detainees."] * 20)
        >>> model.representative(model.predict(["the court"])[0], 1)["sentence"].tolist()
        ['The court freed detainees.']
        """
        import pandas as pd

        columns = ["id", "title", "date", "share", "sentence"]
        rows = self.representatives_[self.topic_number(topic)][:n]
        return pd.DataFrame([dict(zip(columns, row, strict=True)) for row in rows], columns=columns)

    def topic_number(self, topic: int | str) -> int:
        """Number of a topic that is given by number or name.

        Parameters
        ----------
        topic : int or str
            Number or name.

        Returns
        -------
        int
            From 0.

        Raises
        ------
        TopicsError
            If there is no such topic.

        Examples
        --------
        >>> model = TopicModel(2).fit(["aid reached the camp", "the court freed detainees"] * 20)
        >>> model.topic_number(model.names_[1])
        1
        """
        self._check_fitted()
        names = [name.casefold() for name in self.names_]
        if isinstance(topic, str) and topic.casefold() in names:
            return names.index(topic.casefold())
        if isinstance(topic, (int, np.integer)) and 0 <= topic < len(self.names_):
            return int(topic)
        raise TopicsError(
            f"there is no topic {topic!r}", f"give 0 to {len(self.names_) - 1} or a name"
        )

    def topics_over_time(self, freq: Period = "month") -> Any:
        """Topic proportions in each period of the documents fitted on.

        Parameters
        ----------
        freq : {"day", "week", "month", "quarter", "year"}, default="month"
            Length of a period.

        Returns
        -------
        pandas.DataFrame
            A row a period (its name the index), a column a topic by name, and ``releases``, their
            number; topic proportions of a row sum to 1.

        Raises
        ------
        TopicsError
            If the documents have no dates, or ``freq`` is unknown.

        Examples
        --------
        >>> from topics import read_releases
        >>> rows = [
        ...     {"text": text, "date": f"2024-0{month}-01"}
        ...     for month in (1, 2)
        ...     for text in ["aid reached the camp", "the court freed detainees"] * 10
        ... ]
        >>> model = TopicModel(2).fit(read_releases(rows, languages=False))
        >>> model.topics_over_time("month")["releases"].tolist()
        [20, 20]
        """
        import pandas as pd

        self._check_fitted()
        dates, sums, numbers = self.timeline_
        if not dates:
            raise TopicsError("the releases have no dates", "fit a Corpus with dates")
        frame = pd.DataFrame(sums, columns=self.names_).assign(releases=numbers)
        frame = frame.groupby(periods_of(dates, freq)).sum().rename_axis(freq)
        frame[self.names_] = frame[self.names_].div(frame["releases"], axis=0)
        return frame

    def topics_per_class(self, texts: Any, classes: Sequence[Any]) -> Any:
        """Mean topic proportions in each class of documents, such as their source.

        Parameters
        ----------
        texts : Corpus, Arrow column, or iterable of str
            The documents.
        classes : sequence, shape (n_documents,)
            The class of each.

        Returns
        -------
        pandas.DataFrame
            A row a class, a column a topic by name, and ``releases``, their number.

        Raises
        ------
        TopicsError
            If there are not as many classes as documents.

        Examples
        --------
        >>> texts = ["aid reached the camp", "the court freed detainees"] * 20
        >>> table = TopicModel(2).fit(texts).topics_per_class(texts, ["relief", "law"] * 20)
        >>> table.index.tolist()
        ['law', 'relief']
        """
        import pandas as pd

        proportions = self.transform(texts)
        if len(classes) != len(proportions):
            raise TopicsError(
                f"{len(classes)} classes for {len(proportions)} releases", "give one for each"
            )
        frame = pd.DataFrame(proportions.astype(np.float64), columns=self.names_)
        # Documents without a class are a class of their own.
        grouped = frame.groupby(list(classes), dropna=False)
        return grouped.mean().assign(releases=grouped.size()).rename_axis("class")

    def topics_of_paragraphs(self, text: str) -> Any:
        r"""The first topic of each paragraph of a document.

        Parameters
        ----------
        text : str
            A document, its paragraphs apart by an empty line.

        Returns
        -------
        pandas.DataFrame
            Columns ``paragraph``, ``topic``, ``name`` and ``share``, in reading order.

        Examples
        --------
        >>> model = TopicModel(2).fit(["aid reached the camp", "the court freed detainees"] * 20)
        >>> len(model.topics_of_paragraphs("Aid reached the camp.\n\nThe court sat."))
        2
        """
        import pandas as pd

        parts = split_paragraphs(as_documents([text])[0].as_py())
        proportions = self.transform(parts)
        first = proportions.argmax(axis=1)
        return pd.DataFrame(
            {
                "paragraph": parts,
                "topic": first,
                "name": [self.names_[t] for t in first],
                "share": proportions.max(axis=1, initial=0),
            }
        )

    def outliers(self, texts: Any, min_share: float | None = None) -> NDArray[np.bool_]:
        """Releases that belong to no topic: none has ``min_share`` of them.

        Parameters
        ----------
        texts : Corpus, Arrow column, or iterable of str
            The documents.
        min_share : float or None, default=None
            The share that the first topic of a document must have; None is one and a half times
            what equal proportions would be.

        Returns
        -------
        ndarray of bool, shape (n_documents,)
            True for an outlier.

        Examples
        --------
        >>> model = TopicModel(2).fit(["aid reached the camp", "the court freed detainees"] * 20)
        >>> model.outliers(["aid for the camp", "quarks and gluons"]).tolist()
        [False, True]
        """
        proportions = self.transform(texts)
        bound = 1.5 / len(self.names_) if min_share is None else min_share
        return np.asarray(proportions.max(axis=1, initial=0) < min(bound, 1))

    def similar_topics(self, topic: int | str, n: int = 5) -> Any:
        """Topics whose terms are most like those of one.

        Parameters
        ----------
        topic : int or str
            Number or name.
        n : int, default=5
            How many.

        Returns
        -------
        pandas.DataFrame
            Columns ``topic``, ``name`` and ``cosine``, the most like first.

        Raises
        ------
        TopicsError
            If there is no such topic.

        Examples
        --------
        >>> model = TopicModel(2).fit(["aid reached the camp", "the court freed detainees"] * 20)
        >>> model.similar_topics(0)["topic"].tolist()
        [1]
        """
        import pandas as pd

        one = self.topic_number(topic)
        rows = unit_rows(self.components_)
        cosines = rows @ rows[one]
        order = [int(t) for t in np.argsort(-cosines, kind="stable") if t != one][:n]
        return pd.DataFrame(
            {
                "topic": order,
                "name": [self.names_[t] for t in order],
                "cosine": cosines[order].astype(np.float64),
            }
        )

    def match_topics(self, other: TopicModel) -> Any:
        """The topic of another model that each topic is most like, no two sharing one.

        Parameters
        ----------
        other : TopicModel
            A model fitted to other documents, or otherwise.

        Returns
        -------
        pandas.DataFrame
            A row a topic: ``topic``, ``name``, ``other`` (-1 where there are too few),
            ``other_name`` and ``cosine``, over the terms that both know.

        Examples
        --------
        >>> texts = ["aid reached the camp", "the court freed detainees"] * 20
        >>> first, second = TopicModel(2).fit(texts), TopicModel(2, random_state=1).fit(texts)
        >>> first.match_topics(second)["cosine"].round(1).tolist()
        [1.0, 1.0]
        """
        import pandas as pd

        self._check_fitted()
        other._check_fitted()
        known = other.vectorizer_.vocabulary_
        terms = self.vectorizer_.get_feature_names_out().tolist()
        here = [i for i, term in enumerate(terms) if term in known]
        there = [known[terms[i]] for i in here]
        partners, cosines = match_topics(self.components_[:, here], other.components_[:, there])
        return pd.DataFrame(
            {
                "topic": np.arange(len(self.names_)),
                "name": self.names_,
                "other": partners,
                "other_name": [other.names_[t] if t >= 0 else None for t in partners],
                "cosine": cosines,
            }
        )

    def hierarchy(self) -> Any:
        """Which topics would be merged first: average linkage by the cosine of their terms.

        Returns
        -------
        pandas.DataFrame
            A row a merge, the nearest first: ``first`` and ``second`` (numbers of topics, or, from
            the number of topics on, of the rows before), ``first_name`` and ``second_name`` (None
            for those), ``distance`` (1 less the cosine) and ``topics`` (how many are merged then).
            The four columns of numbers are what scipy calls a linkage;
            :func:`topics.plots.plot_hierarchy` draws it.

        Examples
        --------
        >>> model = TopicModel(2).fit(["aid reached the camp", "the court freed detainees"] * 20)
        >>> model.hierarchy().columns.tolist()
        ['first', 'second', 'first_name', 'second_name', 'distance', 'topics']
        """
        import pandas as pd
        from scipy.cluster.hierarchy import linkage

        self._check_fitted()
        links = np.empty((0, 4))
        if len(self.names_) > 1:
            rows = unit_rows(self.components_).astype(np.float64)
            apart = np.clip(1 - rows @ rows.T, 0, None)
            links = linkage(apart[np.triu_indices(len(rows), 1)], "average")
        names = dict(enumerate(self.names_))
        first, second, sizes = (links[:, column].astype(np.int64) for column in (0, 1, 3))
        return pd.DataFrame(
            {
                "first": first,
                "second": second,
                "first_name": [names.get(t) for t in first.tolist()],
                "second_name": [names.get(t) for t in second.tolist()],
                "distance": links[:, 2],
                "topics": sizes,
            }
        )

    # Editing

    @restore_on_error
    def rename_topic(self, topic: int | str, name: str) -> Self:
        """Give a topic another name.

        Parameters
        ----------
        topic : int or str
            Number or name.
        name : str
            The new name.

        Returns
        -------
        TopicModel
            The model.

        Raises
        ------
        TopicsError
            If there is no such topic, or the name is empty or taken.

        Examples
        --------
        >>> model = TopicModel(2).fit(["aid reached the camp", "the court freed detainees"] * 20)
        >>> model.rename_topic(0, "relief").names_[0]
        'relief'
        """
        number = self.topic_number(topic)
        name = self._free_name(name, [number])
        self.names_ = [name if t == number else other for t, other in enumerate(self.names_)]
        return self

    def _free_name(self, name: str, own: Sequence[int]) -> str:
        """A name that no topic has but some, and no other column of a table."""
        name = check_name(name)
        others = {other.casefold() for t, other in enumerate(self.names_) if t not in own}
        if name.casefold() in others | RESERVED:
            raise TopicsError(f"the name {name!r} is taken", "give another")
        return name

    @restore_on_error
    def merge_topics(self, topics: Iterable[int | str], name: str | None = None) -> Self:
        """Make one topic of several.

        Parameters
        ----------
        topics : iterable of int or str
            Numbers or names, two or more.
        name : str or None, default=None
            Of the merged topic; None keeps that of the first one given.

        Returns
        -------
        TopicModel
            The model; the merged topic has the least of their numbers. Shares and numbers of
            documents are the sums.

        Raises
        ------
        TopicsError
            If there are fewer than two, or one of them does not exist, or the name is taken.

        Examples
        --------
        >>> model = TopicModel(2).fit(["aid reached the camp", "the court freed detainees"] * 20)
        >>> model.merge_topics([0, 1], "news").names_
        ['news']
        """
        chosen = list(dict.fromkeys(self.topic_number(topic) for topic in topics))
        if len(chosen) < 2:
            raise TopicsError("one topic cannot be merged", "give two or more")
        kept = min(chosen)
        name = self._free_name(self.names_[chosen[0]] if name is None else name, chosen)
        rows = sorted((r for t in chosen for r in self.representatives_[t]), key=lambda r: -r[3])
        # In turns, so that each of the topics shows among the first words.
        turns = sorted((at, i) for t in chosen for at, i in enumerate(self.words_[t]))
        words = list(dict.fromkeys(i for _, i in turns))[: len(self.words_[kept])]
        groups = sorted(part for t in chosen for part in self.component_groups_[t])
        sums = {
            name: getattr(self, name)[chosen].sum(axis=0)
            for name in ("proportion_sums_", "topic_sizes_", "components_")
        }
        background = self.background_[chosen].all()
        daily = self.timeline_[1][:, chosen].sum(axis=1)
        self._keep([t for t in range(len(self.names_)) if t == kept or t not in chosen], chosen)
        # These are new arrays and lists: no topic before the smallest number goes.
        for attribute, total in sums.items():
            getattr(self, attribute)[kept] = total
        self.background_[kept], self.timeline_[1][:, kept] = background, daily
        self.names_[kept], self.words_[kept] = name, words
        self.component_groups_[kept] = groups
        self.representatives_[kept] = list(dict.fromkeys(rows))[:_REPRESENTATIVES]
        return self

    @restore_on_error
    def drop_topics(self, topics: int | str | Iterable[int | str]) -> Self:
        """Take topics away, such as background.

        Parameters
        ----------
        topics : int, str, or iterable of int or str
            Numbers or names.

        Returns
        -------
        TopicModel
            The model. What the topics had of documents is nobody's from now on: their proportions
            sum to less than 1.

        Raises
        ------
        TopicsError
            If one of them does not exist, or none would be left.

        Examples
        --------
        >>> model = TopicModel(2).fit(["aid reached the camp", "the court freed detainees"] * 20)
        >>> len(model.drop_topics(0).names_)
        1
        """
        asked = [topics] if isinstance(topics, (int, np.integer, str)) else topics
        gone = {self.topic_number(topic) for topic in asked}
        stay = [t for t in range(len(self.names_)) if t not in gone]
        if not stay:
            raise TopicsError("no topic would be left", "keep one or more")
        return self._keep(stay)

    def _keep(self, topics: list[int], merged: Sequence[int] = ()) -> Self:
        """Keep some topics; those that are merged go on under the smallest of their numbers."""
        place = np.full(len(self.names_) + 1, -1)
        place[topics] = np.arange(len(topics))
        place[list(merged)] = min(merged, default=-1)
        for name in ("component_groups_", "names_", "words_", "representatives_"):
            values = getattr(self, name)
            setattr(self, name, [values[t] for t in topics])
        for name in ("proportion_sums_", "topic_sizes_", "components_", "background_"):
            setattr(self, name, getattr(self, name)[topics])
        if hasattr(self, "labels_"):
            self.labels_ = place[self.labels_]
        days, sums, numbers = self.timeline_
        self.timeline_ = days, sums[:, topics], numbers
        return self

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
        documents, sequences, counts, weights = self._read(texts)
        matrix = counts if self.method == "lda" else weights
        first = self._topic_proportions(matrix).argmax(axis=1)
        rows = np.flatnonzero((first == number) & (np.diff(matrix.indptr) > 0))
        if n < 2 or rows.size < 2 * n:
            raise TopicsError(
                f"{rows.size} releases are too few for {n} topics", "split a larger topic"
            )
        gone = self.component_groups_[number]
        stay = [t for t in range(len(self.decomposition_.components_)) if t not in gone]
        self.decomposition_.split(gone, matrix[rows], n)
        place = {t: i for i, t in enumerate(stay)}
        groups = [[place[t] for t in group if t in place] for group in self.component_groups_]
        groups[number] = [len(stay)]
        self.component_groups_ = groups + [[len(stay) + i] for i in range(1, n)]
        self._merge_components()
        kept, self.n_documents_ = self.names_, len(sequences)
        self._describe(sequences, weights, self._topic_proportions(matrix), documents)
        words, others = self.top_words(), [name for t, name in enumerate(kept) if t != number]
        parts = name_topics([words[number], *words[len(kept) :]])
        renamed = name_topics([[]] * len(others) + [[name] for name in parts], others)
        parts = renamed[len(others) :]
        self.names_ = [*kept[:number], parts[0], *kept[number + 1 :], *parts[1:]]
        return self


def _is_text(vectorizer: TermVectorizer | None) -> bool:
    """Whether a vectorizer reads texts, and not documents that only its own functions know."""
    return vectorizer is None or not callable(vectorizer.analyzer)


def _any_documents(texts: Any) -> Documents:
    """Documents of any type, for a vectorizer whose analyzer is a function."""
    if isinstance(texts, Corpus):
        return Documents(texts.texts, texts, [])
    return Documents(texts if isinstance(texts, Sequence) else list(texts), None, [])


def _fitted(vectorizer: TermVectorizer | None, counts: Any) -> TermVectorizer:
    """The vectorizer that a matrix of counts comes from, or a clear error."""
    if vectorizer is None:
        raise TopicsError(
            "a matrix says nothing of its terms", "give the fitted vectorizer, too: vectorizer="
        )
    vectorizer._check_fitted()
    if counts.shape[1] != len(vectorizer.vocabulary_):
        raise TopicsError(
            f"the matrix has {counts.shape[1]} columns, and the vectorizer "
            f"{len(vectorizer.vocabulary_)} terms",
            "give the counts that this vectorizer makes: vectorizer.counts(texts)",
        )
    return vectorizer


def _release(texts: Any, i: int) -> tuple[str, str | None, str | None, str]:
    """Id, title, date and text of a document."""
    if isinstance(texts, Corpus):
        release = texts[i]
        return release["id"], release["title"], release["date"], release["text"]
    text = texts[i].as_py() if hasattr(texts[i], "as_py") else texts[i]
    return str(i), None, None, text if isinstance(text, str) else " ".join(map(str, text))


def _as_proportions(weights: NDArray[np.floating]) -> NDArray[np.float32]:
    total = weights.sum(axis=1, keepdims=True)
    even = np.float32(1 / weights.shape[1])
    return np.where(total > 0, weights / np.where(total > 0, total, 1), even).astype(np.float32)
