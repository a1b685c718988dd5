"""TopicModel: from releases to named topics."""

from __future__ import annotations

import datetime
import warnings
from collections.abc import Mapping, Sequence
from typing import Any, Literal, Self

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from topics._errors import TopicsError
from topics._estimator import Estimator
from topics.corpus import Corpus, as_texts
from topics.lda import LDA
from topics.naming import name_topics, rank_words, term_scores
from topics.nmf import NMF
from topics.pile import fit_vectorizer
from topics.sentences import split_sentences
from topics.sequences import TermSequences, tfidf
from topics.themes import check_themes, seed_terms
from topics.vectorizer import TermVectorizer

DEFAULT_TOPICS = 10
_REPRESENTATIVES = 20

Timeline = tuple[list[str], NDArray[np.float64], NDArray[np.int64]]
_PERIODS = {"year": 4, "month": 7, "day": 10}


class TopicModel(Estimator):
    """Topics of a pile of releases, with words and names.

    Parameters
    ----------
    n_topics : int, default=10
        Number of topics, those of themes among them. The default adapts: five topics stay free
        beside the themes, but there is no more than one topic for every three releases (and never
        less than two, nor fewer than themes).
    method : {"nmf", "lda"}, default="nmf"
        Non-negative matrix factorisation of tf-idf weights, or latent Dirichlet allocation of
        counts.
    vectorizer : TermVectorizer or None, default=None
        None makes one fit for the size and the languages of the pile.
    themes : mapping of str to iterable of str or None, default=None
        Theme name to seed words. Each theme has a topic that is drawn to its seeds; the others
        stay free, so that what nobody thought of shows up.
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
        releases) and ``releases`` (number of releases it is the first topic of).
    vectorizer_ : TermVectorizer
        The fitted vectorizer.
    n_documents_ : int
        Number of releases fitted on.

    Examples
    --------
    >>> texts = ["refugees fled to the camp", "the camp shelters refugees"] * 10
    >>> texts += ["the court tried the judge", "the judge ruled in court"] * 10
    >>> model = TopicModel(n_topics=2).fit(texts)
    >>> sorted(sorted(words) for words in model.top_words(2))
    [['camp', 'refugees'], ['court', 'judge']]
    """

    def __init__(
        self,
        n_topics: int = DEFAULT_TOPICS,
        method: Literal["nmf", "lda"] = "nmf",
        vectorizer: TermVectorizer | None = None,
        themes: Mapping[str, Sequence[str]] | None = None,
        random_state: Any = 0,
        n_jobs: int | None = None,
    ) -> None:
        self.n_topics = n_topics
        self.method = method
        self.vectorizer = vectorizer
        self.themes = themes
        self.random_state = random_state
        self.n_jobs = n_jobs

    share_sums_: NDArray[np.float64]
    n_releases_: NDArray[np.int64]
    timeline_: Timeline

    # Learning

    def fit(self, texts: Any, y: Any = None) -> Self:
        """Learn the topics of a pile.

        Parameters
        ----------
        texts : Corpus, Arrow column, or iterable of str
            The releases; a Corpus brings titles and dates. With a vectorizer whose analyzer is a
            function, documents may be of any type, such as lists of tokens.
        y : None
            Ignored.

        Returns
        -------
        TopicModel
            The fitted model.

        Raises
        ------
        TopicsError
            If there are fewer releases than topics, or fewer topics than themes.
        """
        self.fit_transform(texts)
        return self

    def fit_transform(self, texts: Any, y: Any = None) -> NDArray[np.float32]:
        """Learn the topics and give the releases' shares of them.

        Parameters
        ----------
        texts : Corpus, Arrow column, or iterable of str
            As for :meth:`fit`.
        y : None
            Ignored.

        Returns
        -------
        ndarray of float32, shape (n_documents, n_topics)
            Rows sum to 1.

        Raises
        ------
        TopicsError
            As :meth:`fit`.
        """
        documents = _documents(texts, self.vectorizer)
        vectorizer, sequences = fit_vectorizer(
            documents, self.vectorizer, check_themes(self.themes), self.n_jobs
        )
        return self.fit_sequences(
            sequences, vectorizer, texts if isinstance(texts, Corpus) else documents
        )

    def fit_sequences(
        self, sequences: TermSequences, vectorizer: TermVectorizer, texts: Any
    ) -> NDArray[np.float32]:
        """Learn from what a fitted vectorizer made of the texts, so that models can share it.

        Parameters
        ----------
        sequences : TermSequences
            The terms of the releases.
        vectorizer : TermVectorizer
            The one that made them.
        texts : Corpus, Arrow column, or sequence
            The same releases.

        Returns
        -------
        ndarray of float32, shape (n_documents, n_topics)
            Rows sum to 1.

        Raises
        ------
        TopicsError
            As :meth:`fit`.
        """
        themes = check_themes(self.themes)
        self.vectorizer_ = vectorizer
        self.n_documents_ = len(sequences)
        self.themes_ = seed_terms(themes, vectorizer.tokenize)
        k = self._number_of_topics(len(sequences), len(themes))
        counts = sequences.counts(len(vectorizer.vocabulary_), np.float32, self.n_jobs)
        self.decomposition_ = self._new_decomposition(k)
        shares = _shares(self.decomposition_.fit_transform(self._matrix(counts)))
        self.components_ = self.decomposition_.components_
        self._describe(counts, shares, texts)
        return shares

    def partial_fit(self, texts: Any, y: Any = None) -> Self:
        """Learn from one more batch of releases; LDA only, in the vocabulary of the first batch.

        Parameters
        ----------
        texts : Corpus, Arrow column, or iterable of str
            The batch.
        y : None
            Ignored.

        Returns
        -------
        TopicModel
            The model. Words, names and representative releases are those of the last batch that
            held any; shares and numbers of releases add up.

        Raises
        ------
        TopicsError
            If ``method`` is not "lda".
        """
        if self.method != "lda":
            raise TopicsError("NMF cannot be fitted in parts", 'give method="lda"')
        if not hasattr(self, "components_"):
            return self.fit(texts)
        documents = _documents(texts, self.vectorizer_)
        counts = self.vectorizer_.counts(documents, np.float32)
        seen, shares_so_far, winners = self.n_documents_, self.share_sums_, self.n_releases_
        timeline = self.timeline_
        assert isinstance(self.decomposition_, LDA)
        self.decomposition_.partial_fit(counts)
        self.components_ = self.decomposition_.components_
        self.n_documents_ = counts.shape[0]
        self._describe(
            counts,
            self.decomposition_.transform(counts),
            texts if isinstance(texts, Corpus) else documents,
        )
        self.n_documents_ += seen
        self.share_sums_ = self.share_sums_ + shares_so_far
        self.n_releases_ = self.n_releases_ + winners
        self.timeline_ = _add_timelines(timeline, self.timeline_)
        return self

    def _number_of_topics(self, n_documents: int, n_themes: int) -> int:
        k = self.n_topics
        if not n_documents:
            raise TopicsError("there are no releases", "give some")
        if self.method not in ("nmf", "lda"):
            raise TopicsError(f"method={self.method!r} is unknown", 'give "nmf" or "lda"')
        if k == DEFAULT_TOPICS:
            k = max(k, n_themes + 5)
            if n_documents < 3 * k:
                k = max(2, n_themes, n_documents // 3)
        elif k > n_documents:
            raise TopicsError(
                f"more topics ({k}) than releases ({n_documents})",
                f"ask for {n_documents} topics at most, or give more releases",
            )
        if k < max(1, n_themes):
            raise TopicsError(
                f"fewer topics ({k}) than themes ({n_themes})", f"ask for {n_themes} or more"
            )
        if n_documents < max(30, 3 * k):
            warnings.warn(
                f"{n_documents} releases are few for {k} topics: take them for a first sketch, "
                "read the releases, and do not rely on small differences",
                stacklevel=4,
            )
        return k

    def _new_decomposition(self, k: int) -> NMF | LDA:
        seeds = np.zeros((k, len(self.vectorizer_.vocabulary_)), np.float32)
        for t, (theme, terms) in enumerate(self.themes_.items()):
            known = [
                self.vectorizer_.vocabulary_[w] for w in terms if w in self.vectorizer_.vocabulary_
            ]
            if not known:
                raise TopicsError(
                    f"no seed of the theme {theme!r} occurs in the releases",
                    "give words that they use",
                )
            seeds[t, known] = 1 / np.sqrt(len(known))
        if self.method == "nmf":
            prior = seeds if self.themes_ else None
            return NMF(k, prior=prior, random_state=self.random_state, n_jobs=self.n_jobs)
        # A hundredth of a topic's expected tokens, spread over its seeds.
        tokens = float(self.n_documents_) * 100
        return LDA(
            k,
            topic_term_prior=0.01 + seeds**2 * tokens / k / 100 if self.themes_ else 0.01,
            random_state=self.random_state,
            n_jobs=self.n_jobs,
        )

    def _matrix(self, counts: sp.csr_matrix) -> sp.csr_matrix:
        """What the decomposition reads: counts for LDA, weights for NMF."""
        if self.method == "lda":
            return counts
        v = self.vectorizer_
        if v.weighting == "tfidf":
            return v.weigh(counts.copy()).astype(np.float32, copy=False)
        return tfidf(counts, v.smoothed_idf_, n_jobs=self.n_jobs)

    # What was learnt

    def _describe(self, counts: sp.csr_matrix, shares: NDArray[np.float32], texts: Any) -> None:
        self.words_ = rank_words(
            self.components_, counts, self.vectorizer_.get_feature_names_out().tolist()
        )
        self.share_sums_ = shares.sum(axis=0, dtype=np.float64)
        self.n_releases_ = np.bincount(shares.argmax(axis=1), minlength=shares.shape[1])
        self.names_ = name_topics(self.top_words(), list(self.themes_))
        self.timeline_ = _timeline(texts, shares)
        self.representatives_ = self._representatives(counts, shares, texts)

    @property
    def topics_(self) -> Any:
        """A pandas DataFrame: topic, name, words, share and number of releases."""
        import pandas as pd

        self._check_fitted()
        return pd.DataFrame(
            {
                "topic": np.arange(len(self.names_)),
                "name": self.names_,
                "words": [", ".join(words) for words in self.top_words()],
                "share": self.share_sums_ / max(self.n_documents_, 1),
                "releases": self.n_releases_,
            }
        )

    def top_words(self, n: int = 10) -> list[list[str]]:
        """Words that show each topic: those that hold together, the most telling first.

        Parameters
        ----------
        n : int, default=10
            How many; up to 30 a topic are known.

        Returns
        -------
        list of list of str
            One list a topic.
        """
        self._check_fitted()
        terms = self.vectorizer_.get_feature_names_out()
        return [
            [str(terms[i]) for i in sorted(words[:n], key=lambda i: -scores[i])]
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

    def topics_over_time(
        self, freq: Literal["day", "week", "month", "quarter", "year"] = "month"
    ) -> Any:
        """Shares of the topics in each period of the releases fitted on.

        Parameters
        ----------
        freq : {"day", "week", "month", "quarter", "year"}, default="month"
            Length of a period.

        Returns
        -------
        pandas.DataFrame
            A row a period (its name the index), a column a topic by name, and ``releases``, their
            number; topic shares of a row sum to 1.

        Raises
        ------
        TopicsError
            If the releases have no dates, or ``freq`` is unknown.
        """
        import pandas as pd

        self._check_fitted()
        dates, sums, numbers = self.timeline_
        if not dates:
            raise TopicsError("the releases have no dates", "fit a Corpus with dates")
        frame = pd.DataFrame(sums, columns=self.names_).assign(releases=numbers)
        frame = frame.groupby([_period(date, freq) for date in dates]).sum().rename_axis(freq)
        frame[self.names_] = frame[self.names_].div(frame["releases"], axis=0)
        return frame

    # New releases

    def transform(self, texts: Any) -> NDArray[np.float32]:
        """Shares of the topics in releases.

        Parameters
        ----------
        texts : Corpus, Arrow column, or iterable of str
            The releases.

        Returns
        -------
        ndarray of float32, shape (n_documents, n_topics)
            Rows sum to 1; equal shares where no word is known.
        """
        self._check_fitted()
        return self.transform_counts(
            self.vectorizer_.counts(_documents(texts, self.vectorizer_), np.float32)
        )

    def transform_counts(self, counts: sp.csr_matrix) -> NDArray[np.float32]:
        """Shares of the topics in releases that the vectorizer has counted.

        Parameters
        ----------
        counts : csr_matrix of float32, shape (n_documents, n_terms)
            Term counts.

        Returns
        -------
        ndarray of float32, shape (n_documents, n_topics)
            Rows sum to 1.
        """
        return _shares(self.decomposition_.transform(self._matrix(counts)))

    def _representatives(
        self, counts: sp.csr_matrix, shares: NDArray[np.float32], texts: Any
    ) -> list[list[tuple[str, str | None, str | None, float, str]]]:
        components = self.components_ / np.maximum(
            np.linalg.norm(self.components_, axis=1, keepdims=True), 1e-12
        )
        # By likeness to the topic too: its share of a text of two words says little.
        fit = shares * (
            tfidf(counts, self.vectorizer_.smoothed_idf_) @ np.ascontiguousarray(components.T)
        )
        every = []
        for topic in range(shares.shape[1]):
            rows, seen = [], set[str]()
            for d in np.argsort(-fit[:, topic], kind="stable")[: 2 * _REPRESENTATIVES]:
                name, title, date, text = _release(texts, int(d))
                sentence = self.sentence(text, topic)
                if fit[d, topic] > 0 and sentence and sentence not in seen:
                    seen.add(sentence)
                    rows.append((name, title, date, float(shares[d, topic]), sentence))
            every.append(rows[:_REPRESENTATIVES])
        return every

    def sentence(self, text: str, topic: int) -> str:
        """The sentence of a text that shows a topic best.

        Parameters
        ----------
        text : str
            A release.
        topic : int
            Number of the topic.

        Returns
        -------
        str
            Empty where the text is.
        """
        sentences = split_sentences(text)
        if not sentences or callable(self.vectorizer_.analyzer):
            return " ".join(text.split())[:400]
        scores = tfidf(self.vectorizer_.counts(sentences), None) @ self.components_[topic]
        return sentences[int(np.argmax(scores))]


def _documents(texts: Any, vectorizer: TermVectorizer | None) -> Any:
    if vectorizer is not None and callable(vectorizer.analyzer) and not isinstance(texts, Corpus):
        return texts if isinstance(texts, Sequence) else list(texts)
    return as_texts(texts)


def _release(texts: Any, i: int) -> tuple[str, str | None, str | None, str]:
    """Id, title, date and text of a release."""
    if isinstance(texts, Corpus):
        release = texts[i]
        return release["id"], release["title"], release["date"], release["text"]
    text = texts[i].as_py() if hasattr(texts[i], "as_py") else texts[i]
    return str(i), None, None, text if isinstance(text, str) else " ".join(map(str, text))


def _shares(weights: NDArray[np.floating]) -> NDArray[np.float32]:
    total = weights.sum(axis=1, keepdims=True)
    even = np.float32(1 / weights.shape[1])
    return np.where(total > 0, weights / np.where(total > 0, total, 1), even).astype(np.float32)


def _timeline(texts: Any, shares: NDArray[np.float32]) -> Timeline:
    """Dates, sums of shares by date, and numbers of releases: additive over batches."""
    dates = texts["date"].to_pylist() if isinstance(texts, Corpus) else []
    known = [i for i, date in enumerate(dates) if date]
    days = sorted({dates[i] for i in known})
    place = {day: j for j, day in enumerate(days)}
    sums = np.zeros((len(days), shares.shape[1]))
    numbers = np.zeros(len(days), np.int64)
    at = np.array([place[dates[i]] for i in known], np.int64)
    np.add.at(sums, at, shares[known])
    np.add.at(numbers, at, 1)
    return days, sums, numbers


def _add_timelines(a: Timeline, b: Timeline) -> Timeline:
    days = sorted({*a[0], *b[0]})
    sums = np.zeros((len(days), a[1].shape[1]))
    numbers = np.zeros(len(days), np.int64)
    for part in (a, b):
        at = np.searchsorted(days, part[0]) if part[0] else np.empty(0, np.int64)
        sums[at] += part[1]
        numbers[at] += part[2]
    return days, sums, numbers


def _period(date: str, freq: str) -> str:
    if freq in _PERIODS:
        return date[: _PERIODS[freq]]
    if freq == "quarter":
        return f"{date[:4]}-Q{(int(date[5:7]) + 2) // 3}"
    if freq == "week":
        year, week, _ = datetime.date.fromisoformat(date).isocalendar()
        return f"{year}-W{week:02}"
    raise TopicsError(f"freq={freq!r} is unknown", "give day, week, month, quarter or year")
