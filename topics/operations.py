"""What a fitted topic model shows, and what may be done to its topics."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from topics._arrow import as_texts
from topics._errors import TopicsError
from topics.naming import Ranking, show_words, term_scores
from topics.quality import match_topics
from topics.sentences import split_paragraphs
from topics.themes import RESERVED, check_name
from topics.timeline import Period, Timeline, period_of
from topics.word_vectors import unit_rows

if TYPE_CHECKING:
    from topics.vectorizer import TermVectorizer

_REPRESENTATIVES = 20


class TopicOperations:
    """Tables of topics, and operations on them that keep all tables in step.

    A topic is one component of the decomposition or, where topics were merged, several. Numbers of
    topics are those of the rows of ``topics_``; they move up where a topic before them goes.
    """

    components_: NDArray[np.float32]
    groups_: list[list[int]]
    names_: list[str]
    words_: list[list[int]]
    junk_: NDArray[np.bool_]
    share_sums_: NDArray[np.float64]
    n_releases_: NDArray[np.int64]
    n_documents_: int
    representatives_: list[list[tuple[str, str | None, str | None, float, str]]]
    timeline_: Timeline
    vectorizer_: TermVectorizer

    _check_fitted: Callable[[], None]
    transform: Callable[[Any], NDArray[np.float32]]

    @property
    def topics_(self) -> Any:
        """A pandas DataFrame: topic, name, words, share, number of releases, whether it is junk.

        The words of a junk topic stand everywhere: half of its ten heaviest ones or more are in a
        fifth of the releases or more.
        """
        import pandas as pd

        self._check_fitted()
        return pd.DataFrame(
            {
                "topic": np.arange(len(self.names_)),
                "name": self.names_,
                "words": [", ".join(words) for words in self.top_words()],
                "share": self.share_sums_ / max(self.n_documents_, 1),
                "releases": self.n_releases_,
                "junk": self.junk_,
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
            None shows words that hold together; else as :func:`topics.naming.term_scores`.
        mix : float, default=0.5
            Of ``frex`` and ``relevance``.

        Returns
        -------
        list of list of str
            One list a topic.
        """
        self._check_fitted()
        terms = self.vectorizer_.get_feature_names_out().tolist()
        if ranking is not None:
            return [
                [terms[i] for i in show_words(scores, terms, n)]
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

    def topics_over_time(self, freq: Period = "month") -> Any:
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
        frame = frame.groupby([period_of(date, freq) for date in dates]).sum().rename_axis(freq)
        frame[self.names_] = frame[self.names_].div(frame["releases"], axis=0)
        return frame

    def topics_per_class(self, texts: Any, classes: Sequence[Any]) -> Any:
        """Mean shares of the topics in each class of releases, such as their source.

        Parameters
        ----------
        texts : Corpus, Arrow column, or iterable of str
            The releases.
        classes : sequence, shape (n_documents,)
            The class of each.

        Returns
        -------
        pandas.DataFrame
            A row a class, a column a topic by name, and ``releases``, their number.

        Raises
        ------
        TopicsError
            If there are not as many classes as releases.
        """
        import pandas as pd

        shares = self.transform(texts)
        if len(classes) != len(shares):
            raise TopicsError(
                f"{len(classes)} classes for {len(shares)} releases", "give one for each"
            )
        frame = pd.DataFrame(shares.astype(np.float64), columns=self.names_)
        # Releases without a class are a class of their own.
        grouped = frame.groupby(list(classes), dropna=False)
        return grouped.mean().assign(releases=grouped.size()).rename_axis("class")

    def topics_of_paragraphs(self, text: str) -> Any:
        """The first topic of each paragraph of a release.

        Parameters
        ----------
        text : str
            A release, its paragraphs apart by an empty line.

        Returns
        -------
        pandas.DataFrame
            Columns ``paragraph``, ``topic``, ``name`` and ``share``, in reading order.
        """
        import pandas as pd

        parts = split_paragraphs(as_texts([text])[0].as_py())
        shares = self.transform(parts)
        first = shares.argmax(axis=1)
        return pd.DataFrame(
            {
                "paragraph": parts,
                "topic": first,
                "name": [self.names_[t] for t in first],
                "share": shares.max(axis=1, initial=0),
            }
        )

    def outliers(self, texts: Any, least: float | None = None) -> NDArray[np.bool_]:
        """Releases that belong to no topic: none has ``least`` of them.

        Parameters
        ----------
        texts : Corpus, Arrow column, or iterable of str
            The releases.
        least : float or None, default=None
            The share that the first topic of a release must have; None is one and a half times
            what equal shares would be.

        Returns
        -------
        ndarray of bool, shape (n_documents,)
            True for an outlier.
        """
        shares = self.transform(texts)
        bound = 1.5 / len(self.names_) if least is None else least
        return np.asarray(shares.max(axis=1, initial=0) < min(bound, 1))

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

    def match_topics(self, other: TopicOperations) -> Any:
        """The topic of another model that each topic is most like, no two sharing one.

        Parameters
        ----------
        other : TopicModel
            A model fitted to other releases, or otherwise.

        Returns
        -------
        pandas.DataFrame
            A row a topic: ``topic``, ``name``, ``other`` (-1 where there are too few),
            ``other_name`` and ``cosine``, over the terms that both know.
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

    def hierarchy(self) -> NDArray[np.float64]:
        """Which topics would be merged first: average linkage by the cosine of their terms.

        Returns
        -------
        ndarray of float64, shape (n_topics - 1, 4)
            As scipy's ``linkage`` gives it; :func:`topics.plots.plot_hierarchy` draws it.
        """
        from scipy.cluster.hierarchy import linkage

        self._check_fitted()
        if len(self.names_) < 2:
            return np.empty((0, 4))
        rows = unit_rows(self.components_).astype(np.float64)
        apart = np.clip(1 - rows @ rows.T, 0, None)
        return np.asarray(linkage(apart[np.triu_indices(len(rows), 1)], "average"))

    # Changes

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
        """
        number = self.topic_number(topic)
        self.names_[number] = self._free_name(name, [number])
        return self

    def _free_name(self, name: str, own: Sequence[int]) -> str:
        """A name that no topic has but some, and no other column of a table."""
        name = check_name(name)
        others = {other.casefold() for t, other in enumerate(self.names_) if t not in own}
        if name.casefold() in others | RESERVED:
            raise TopicsError(f"the name {name!r} is taken", "give another")
        return name

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
            releases are the sums.

        Raises
        ------
        TopicsError
            If there are fewer than two, or one of them does not exist, or the name is taken.
        """
        chosen = list(dict.fromkeys(self.topic_number(topic) for topic in topics))
        if len(chosen) < 2:
            raise TopicsError("one topic cannot be merged", "give two or more")
        kept = min(chosen)
        name = self._free_name(self.names_[chosen[0]] if name is None else name, chosen)
        for sums in (self.share_sums_, self.n_releases_):
            sums[kept] = sums[chosen].sum()
        self.timeline_[1][:, kept] = self.timeline_[1][:, chosen].sum(axis=1)
        self.components_[kept] = self.components_[chosen].sum(axis=0)
        self.groups_[kept] = sorted(part for t in chosen for part in self.groups_[t])
        rows = sorted((r for t in chosen for r in self.representatives_[t]), key=lambda r: -r[3])
        self.representatives_[kept] = list(dict.fromkeys(rows))[:_REPRESENTATIVES]
        # In turns, so that each of the topics shows among the first words.
        turns = sorted((at, i) for t in chosen for at, i in enumerate(self.words_[t]))
        self.words_[kept] = list(dict.fromkeys(i for _, i in turns))[: len(self.words_[kept])]
        self.junk_[kept] = self.junk_[chosen].all()
        self.names_[kept] = name
        return self._keep([t for t in range(len(self.names_)) if t == kept or t not in chosen])

    def drop_topics(self, topics: int | str | Iterable[int | str]) -> Self:
        """Take topics away, such as junk.

        Parameters
        ----------
        topics : int, str, or iterable of int or str
            Numbers or names.

        Returns
        -------
        TopicModel
            The model. What the topics had of releases is nobody's from now on: their shares sum to
            less than 1.

        Raises
        ------
        TopicsError
            If one of them does not exist, or none would be left.
        """
        asked = [topics] if isinstance(topics, (int, np.integer, str)) else topics
        gone = {self.topic_number(topic) for topic in asked}
        stay = [t for t in range(len(self.names_)) if t not in gone]
        if not stay:
            raise TopicsError("no topic would be left", "keep one or more")
        return self._keep(stay)

    def _keep(self, topics: list[int]) -> Self:
        for name in ("groups_", "names_", "words_", "representatives_"):
            values = getattr(self, name)
            setattr(self, name, [values[t] for t in topics])
        for name in ("share_sums_", "n_releases_", "components_", "junk_"):
            setattr(self, name, getattr(self, name)[topics])
        days, sums, numbers = self.timeline_
        self.timeline_ = days, sums[:, topics], numbers
        return self
