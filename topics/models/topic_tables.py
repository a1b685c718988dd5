"""What a topic model has learnt, as tables."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any, Literal, overload

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from topics._errors import TopicsError
from topics._estimator import Estimator
from topics._math.arrays import unit_rows
from topics._math.sparse import membership_matrix
from topics.models.effects import (
    Interval,
    as_numbers,
    differences,
    mean_proportions,
    slopes,
)
from topics.models.source_effects import SourceEffects
from topics.models.topic_metrics import match_topics
from topics.models.topic_words import Ranking, term_scores, top_terms
from topics.models.topics_over_time import Period, Timeline, day_of, periods_of
from topics.reading.corpus import Corpus
from topics.reading.documents import as_documents
from topics.text.sentences import split_paragraphs
from topics.text.vectorizer import TermVectorizer

REPRESENTATIVES = 20
"""Releases that are kept for each topic."""


class TopicTables(Estimator):
    """Base of :class:`~topics.TopicModel`: what a fitted model says of its topics."""

    names_: list[str]
    words_: list[list[int]]
    components_: NDArray[np.float32]
    component_groups_: list[list[int]]
    background_: NDArray[np.bool_]
    surplus_: NDArray[np.bool_]
    proportion_sums_: NDArray[np.float64]
    topic_sizes_: NDArray[np.int64]
    n_documents_: int
    representatives_: list[list[tuple[str, str | None, str | None, float, str]]]
    timeline_: Timeline
    vectorizer_: TermVectorizer
    labels_: NDArray[np.int64]
    source_effects_: SourceEffects | None
    _proportions: NDArray[np.float32] | None = None
    _columns: Any = None
    _rejects: list[tuple[int, str]]

    def transform(self, texts: Any) -> Any:
        """Topic proportions in documents."""
        raise NotImplementedError

    @property
    def rejects_(self) -> Any:
        """A row a document without a text: its place, from 0, and the reason.

        Examples
        --------
        >>> from topics import TopicModel
        >>> texts = ["aid reached the camp", "the court freed detainees"] * 20
        >>> len(TopicModel(2).fit(texts).rejects_)
        0
        """
        import pandas as pd

        self._check_fitted()
        return pd.DataFrame(self._rejects, columns=["place", "reason"])

    @property
    def topics_(self) -> Any:
        """A row a topic: number, name, words, share, size, and whether it is one to read.

        The words of a background topic stand everywhere: half of its ten heaviest ones or more
        are in a fifth of the documents or more. A surplus topic is the largest of fewer than three
        documents: there are more topics than the corpus holds. Both come last.

        Examples
        --------
        >>> from topics import TopicModel
        >>> model = TopicModel(2).fit(["aid reached the camp", "the court freed detainees"] * 20)
        >>> model.topics_.columns.tolist()
        ['topic', 'name', 'words', 'share', 'releases', 'background', 'surplus']
        """
        import pandas as pd

        self._check_fitted()
        table = pd.DataFrame(
            {
                "topic": np.arange(len(self.names_)),
                "name": self.names_,
                "words": [", ".join(words) for words in self.top_words()],
                "share": self.proportion_sums_ / max(self.n_documents_, 1),
                "releases": self.topic_sizes_,
                "background": self.background_,
                "surplus": self.surplus_,
            }
        )
        # The index says the number of a topic, too.
        return table.iloc[np.lexsort([table["topic"], self.background_ + 2 * self.surplus_])]

    def _repr_html_(self) -> str:
        """For notebooks: the parameters, and the topics where the model is fitted."""
        if not hasattr(self, "components_"):
            return f"<p><code>{html.escape(repr(self))}</code></p>"
        named = f"<p>TopicModel of {len(self.names_)} topics, {self.n_documents_:,} releases</p>"
        shown = self.topics_[["name", "share", "releases", "words"]]
        return named + str(shown.to_html(float_format="{:.1%}".format))

    @property
    def sources_(self) -> Any:
        """A row a source: its releases, the share that is its own, and the words of that.

        What a source writes in every release, whatever it is about, counts for no topic. Where the
        corpus says nothing of sources, these are letterheads that were found by their words.

        Examples
        --------
        >>> from topics import TopicModel
        >>> texts = [f"{text} {office}" for office in ("north bureau", "south desk")
        ...          for text in ["aid reached the camp", "the court freed detainees"] * 20]
        >>> model = TopicModel(2, by=["north"] * 40 + ["south"] * 40).fit(texts)
        >>> [sorted(words.split(", ")) for words in model.sources_["words"]]
        [['bureau', 'north'], ['desk', 'south']]
        """
        import pandas as pd

        self._check_fitted()
        terms = self.vectorizer_.get_feature_names_out()
        effects = self.source_effects_
        if effects is None:
            return pd.DataFrame(columns=["source", "releases", "share", "words"])
        return pd.DataFrame(
            {
                "source": effects.names,
                "releases": effects.n_releases,
                "share": effects.own,
                "words": [", ".join(str(terms[i]) for i in words) for words in effects.words],
            }
        )

    @overload
    def top_words(
        self, n: int = ..., ranking: Ranking | None = ..., mix: float = ...
    ) -> list[list[str]]: ...
    @overload
    def top_words(
        self,
        n: int = ...,
        ranking: Ranking | None = ...,
        mix: float = ...,
        *,
        weights: Literal[True],
    ) -> list[list[tuple[str, float]]]: ...

    def top_words(
        self,
        n: int = 10,
        ranking: Ranking | None = None,
        mix: float = 0.5,
        *,
        weights: bool = False,
    ) -> list[list[Any]]:
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
        weights : bool, default=False
            Give the weight of each word, too: its share of all weights of the topic.

        Returns
        -------
        list of list of str, or of (str, float)
            One list a topic.

        Examples
        --------
        >>> from topics import TopicModel
        >>> model = TopicModel(2).fit(["aid reached the camp", "the court freed detainees"] * 20)
        >>> topic = model.predict(["the court"])[0]
        >>> sorted(model.top_words(3)[topic])
        ['court', 'detainees', 'freed']
        >>> round(sum(weight for _, weight in model.top_words(3, weights=True)[topic]), 3)
        1.0
        """
        self._check_fitted()
        terms = self.vectorizer_.get_feature_names_out().tolist()
        if ranking is not None:
            chosen = [
                list(top_terms(scores, terms, n))
                for scores in term_scores(self.components_, ranking, mix)
            ]
        else:
            chosen = [
                sorted(words[:n], key=lambda i, row=scores: -row[i])  # type: ignore[misc]
                for scores, words in zip(term_scores(self.components_), self.words_, strict=True)
            ]
        if not weights:
            return [[terms[i] for i in words] for words in chosen]
        totals = np.maximum(self.components_.sum(axis=1, dtype=np.float64), 1e-300)
        return [
            [(terms[i], float(row[i] / total)) for i in words]
            for words, row, total in zip(chosen, self.components_, totals, strict=True)
        ]

    def find_topics(self, words: str, n: int = 5) -> Any:
        """Topics that a few words are about.

        Parameters
        ----------
        words : str
            One or more words, or a sentence.
        n : int, default=5
            Most topics.

        Returns
        -------
        pandas.DataFrame
            Columns ``topic``, ``name``, ``share`` (of the topic in a text of these words) and
            ``words`` (of the topic), the largest share first; topics with no more than an equal
            share are left out, but for the first.

        Raises
        ------
        TopicsError
            If the model knows none of the words.

        Examples
        --------
        >>> from topics import TopicModel
        >>> model = TopicModel(2).fit(["aid reached the camp", "the court freed detainees"] * 20)
        >>> found = model.find_topics("court")
        >>> len(found), "detainees" in found["words"][0]
        (1, True)
        """
        self._check_fitted()
        text = as_documents([words])
        if not len(self.vectorizer_.sequences(text).below(self.components_.shape[1]).ids):
            raise TopicsError(
                f"none of the words {words!r} stands in the model's releases", "give others"
            )
        shares = np.asarray(self.transform(text), np.float64)[0]
        order = np.argsort(-shares, kind="stable")[: max(n, 1)]
        found = self.topics_.loc[order, ["topic", "name", "words"]]
        found.insert(2, "share", shares[order])
        kept = found["share"] > 1 / len(shares)
        kept.iloc[0] = True
        return found[kept].reset_index(drop=True)

    def to_pyldavis(self, texts: Any) -> dict[str, Any]:
        """What ``pyLDAvis.prepare`` takes: ``pyLDAvis.prepare(**model.to_pyldavis(corpus))``.

        Parameters
        ----------
        texts : Corpus, Arrow column, or iterable of str
            Documents, such as those fitted on; those without a known word are left out.

        Returns
        -------
        dict
            ``topic_term_dists`` (ndarray of float64, shape (n_topics, n_terms), rows that sum to
            1), ``doc_topic_dists`` (ndarray of float64, shape (n_documents, n_topics), likewise),
            ``doc_lengths`` (ndarray of int64, terms of each document), ``vocab`` (list of str) and
            ``term_frequency`` (ndarray of int64). Terms that no document holds are left out.

        Raises
        ------
        TopicsError
            If no document holds a word that the model knows.

        Examples
        --------
        >>> from topics import TopicModel
        >>> texts = ["aid reached the camp", "the court freed detainees"] * 20
        >>> given = TopicModel(2).fit(texts).to_pyldavis(texts)
        >>> given["topic_term_dists"].shape, given["doc_lengths"].tolist()[:2]
        ((2, 6), [3, 3])
        """
        self._check_fitted()
        documents = as_documents(texts)
        counts = self.vectorizer_.counts(documents, np.int64)
        lengths = np.asarray(counts.sum(axis=1)).ravel()
        frequency = np.asarray(counts.sum(axis=0)).ravel()
        rows, terms = np.flatnonzero(lengths), np.flatnonzero(frequency)
        if not rows.size:
            raise TopicsError("no release holds a word that the model knows", "give other releases")
        # Smoothed a little: pyLDAvis takes logarithms of all.
        weights = self.components_[:, terms].astype(np.float64) + 1e-9
        given = texts if isinstance(texts, Corpus) else documents
        shares = np.asarray(self.transform(given), np.float64)[rows] + 1e-9
        names = self.vectorizer_.get_feature_names_out()
        return {
            "topic_term_dists": weights / weights.sum(axis=1, keepdims=True),
            "doc_topic_dists": shares / shares.sum(axis=1, keepdims=True),
            "doc_lengths": lengths[rows],
            "vocab": [str(names[i]) for i in terms],
            "term_frequency": frequency[terms],
        }

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
        >>> from topics import TopicModel
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
        >>> from topics import TopicModel
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

    def topics_over_time(
        self, freq: Period = "month", by: str | None = None, confidence: float | None = None
    ) -> Any:
        """Topic proportions in each period of the documents fitted on.

        Parameters
        ----------
        freq : {"day", "week", "month", "quarter", "year"}, default="month"
            Length of a period.
        by : str or None, default=None
            A column of the corpus, such as ``source``: each of its values has rows of its own. A
            loaded model has no columns.
        confidence : float or None, default=None
            Such as 0.95: bounds by bootstrap over the documents, too. Not for a loaded model.

        Returns
        -------
        pandas.DataFrame
            A row a period (its name the index; with ``by`` the value and the period), a column a
            topic by name, and ``releases``, their number; topic proportions of a row sum to 1.
            With ``confidence`` the columns are topics above ``share``, ``low`` and ``high``.

        Raises
        ------
        TopicsError
            If the documents have no dates, or ``freq`` or the column is unknown.

        Examples
        --------
        >>> from topics import TopicModel, read_releases
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
        if by is None and confidence is None:
            frame = pd.DataFrame(sums, columns=self.names_).assign(releases=numbers)
            frame = frame.groupby(periods_of(dates, freq)).sum().rename_axis(freq)
            frame[self.names_] = frame[self.names_].div(frame["releases"], axis=0)
            return frame
        days = [day_of(date) for date in self._fitted_column("date")]
        known = [i for i, day in enumerate(days) if day]
        keys: dict[str, Any] = {freq: pd.Series(periods_of([str(days[i]) for i in known], freq))}
        if by is not None:
            values = self._fitted_column(by)
            keys = {by: pd.Series([values[i] for i in known])} | keys
        return self._mean_proportions(self._fitted_proportions()[known], keys, confidence)

    def topics_per_class(
        self, texts: Any, classes: Sequence[Any] | str, confidence: float | None = None
    ) -> Any:
        """Mean topic proportions in each class of documents, such as their source.

        Parameters
        ----------
        texts : Corpus, Arrow column, or iterable of str
            The documents.
        classes : sequence, shape (n_documents,), or str
            The class of each, or a column of a Corpus.
        confidence : float or None, default=None
            Such as 0.95: bounds by bootstrap over the documents, too.

        Returns
        -------
        pandas.DataFrame
            A row a class, a column a topic by name, and ``releases``, their number. With
            ``confidence`` the columns are topics above ``share``, ``low`` and ``high``.

        Raises
        ------
        TopicsError
            If there are not as many classes as documents, or there is no such column.

        Examples
        --------
        >>> from topics import TopicModel
        >>> texts = ["aid reached the camp", "the court freed detainees"] * 20
        >>> model = TopicModel(2).fit(texts)
        >>> model.topics_per_class(texts, ["relief", "law"] * 20).index.tolist()
        ['law', 'relief']
        >>> model.topics_per_class(texts, ["relief", "law"] * 20, 0.95).columns[0][1]
        'share'
        """
        import pandas as pd

        proportions = np.asarray(self.transform(texts))
        values = _values(texts, classes, len(proportions), "classes")
        return self._mean_proportions(proportions, {"class": pd.Series(values)}, confidence)

    def _mean_proportions(
        self, proportions: NDArray[np.floating], keys: Mapping[str, Any], confidence: float | None
    ) -> Any:
        """Means of documents with the same keys; those without one are a class of their own."""
        import pandas as pd

        frame = pd.DataFrame(keys)
        grouped = frame.groupby(list(keys), dropna=False)
        groups = grouped.ngroup().to_numpy(np.int64)
        sizes = grouped.size()
        if confidence is None:
            means, _ = _group_means(proportions, groups, len(sizes))
            table = pd.DataFrame(means, sizes.index, self.names_)
            return table.assign(releases=sizes)
        found = mean_proportions(proportions, groups, len(sizes), confidence=confidence)
        parts = dict(zip(("share", "low", "high"), found, strict=True))
        columns = {
            (name, part): values[:, t]
            for t, name in enumerate(self.names_)
            for part, values in parts.items()
        }
        table = pd.DataFrame(columns, sizes.index).rename_axis(columns=["topic", None])
        table["releases", ""] = sizes
        return table

    def effect_of(
        self, column: str | Sequence[Any], texts: Any = None, confidence: float = 0.95
    ) -> Any:
        """How the share of each topic changes with a column, with intervals.

        What people use ``estimateEffect`` of R's stm for [1]_. Intervals are by bootstrap over
        documents, and say nothing of how certain the topics are themselves.

        Parameters
        ----------
        column : str or sequence, shape (n_documents,)
            A column of the corpus, or its values. Of numbers, and of dates, the effect is the
            slope of a straight line: the change with one more, or with one year more. Of other
            values it is how much larger the share is in documents with that value than in all
            others.
        texts : Corpus, Arrow column, iterable of str or None, default=None
            The documents; None takes those fitted on, which a loaded model does not have.
        confidence : float, default=0.95
            How often the interval of such a sample holds what is true of all.

        Returns
        -------
        pandas.DataFrame
            Columns ``topic``, ``name``, ``value`` (of groups), ``releases``, ``share`` (of groups),
            ``effect``, ``low`` and ``high``; of groups a row a topic and value.

        Raises
        ------
        TopicsError
            If there is no such column, or not a value for each document, or fewer than two.

        References
        ----------
        .. [1] Roberts, Stewart, Tingley (2019), "stm: an R package for structural topic models",
           Journal of Statistical Software 91.

        Examples
        --------
        >>> from topics import TopicModel
        >>> texts = ["aid reached the camp", "the court freed detainees"] * 20
        >>> table = TopicModel(2).fit(texts).effect_of(["relief", "law"] * 20)
        >>> sorted(table.loc[table["effect"] > 0, "value"])
        ['law', 'relief']
        """
        import pandas as pd

        self._check_fitted()
        if texts is None:
            proportions = self._fitted_proportions()
            known = self._fitted_column(column) if isinstance(column, str) else list(column)
            values = _values(None, known, len(proportions), "values")
        else:
            proportions = np.asarray(self.transform(texts))
            values = _values(texts, column, len(proportions), "values")
        numbers = as_numbers(values)
        topics = {"topic": np.arange(len(self.names_)), "name": self.names_}
        if numbers is not None:
            found = slopes(proportions, numbers, confidence=confidence)
            sizes = int((~np.isnan(numbers)).sum())
            return pd.DataFrame({**topics, "releases": sizes, **_bounds(found, np.s_[:])})
        groups, names = pd.factorize(pd.Series(values, dtype=object), sort=True)
        if len(names) < 2:
            raise TopicsError(
                f"the column holds {len(names)} different values", "give one that differs"
            )
        apart = differences(proportions, groups, len(names), confidence=confidence)
        known = groups >= 0
        shares, sizes_of = _group_means(proportions[known], groups[known], len(names))
        tables = [
            pd.DataFrame(
                {
                    **topics,
                    "value": name,
                    "releases": sizes_of[g],
                    "share": shares[g],
                    **_bounds(apart, np.s_[g]),
                }
            )
            for g, name in enumerate(names)
        ]
        order = ["topic", "value"]
        return pd.concat(tables).sort_values(order, kind="stable", ignore_index=True)

    def _fitted_proportions(self) -> NDArray[np.float32]:
        if self._proportions is None:
            raise TopicsError(
                "a loaded model does not hold the releases it was fitted on", "give them: texts="
            )
        return self._proportions

    def _fitted_column(self, column: str) -> list[Any]:
        """A column of the corpus that was fitted on."""
        self._fitted_proportions()
        return _column_of(self._columns, column, "fit a table, or give the values")

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
        >>> from topics import TopicModel
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
        >>> from topics import TopicModel
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
        >>> from topics import TopicModel
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

    def match_topics(self, other: TopicTables) -> Any:
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
        >>> from topics import TopicModel
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
        >>> from topics import TopicModel
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


def _values(texts: Any, column: Any, n_documents: int, what: str) -> list[Any]:
    """The values of a column that is given by name or as it is."""
    if isinstance(column, str):
        table = texts.table if isinstance(texts, Corpus) else None
        return _column_of(table, column, "give a Corpus, or the values themselves")
    values = list(column)
    if len(values) != n_documents:
        raise TopicsError(f"{len(values)} {what} for {n_documents} releases", "give one for each")
    return values


def _column_of(table: pa.Table | None, column: str, otherwise: str) -> list[Any]:
    """A column of a table by name, or an error with the names there are, or what else to do."""
    names = [] if table is None else table.column_names
    if table is None or column not in names:
        hint = f"give one of {', '.join(names)}" if names else otherwise
        raise TopicsError(f"there is no column {column!r}", hint)
    return list(table[column].to_pylist())


def _group_means(
    proportions: NDArray[np.floating], groups: NDArray[np.int64], n_groups: int
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Mean proportions of each group, and how many documents it has."""
    sizes = np.bincount(groups, minlength=n_groups)
    members = membership_matrix(groups, n_groups, np.float64)
    return np.asarray(members @ proportions.astype(np.float64)) / sizes[:, None], sizes


def _bounds(found: Interval, part: Any) -> dict[str, Any]:
    return {"effect": found.estimate[part], "low": found.low[part], "high": found.high[part]}
