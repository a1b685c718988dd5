"""Topics that are renamed, merged, split and dropped by hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from numbers import Integral
from typing import Self

import numpy as np
from numpy.typing import NDArray

from topics._errors import TopicsError
from topics._estimator import restore_on_error
from topics._math.arrays import unit_rows
from topics.models.topic_tables import REPRESENTATIVES, TopicTables
from topics.text.seed_words import RESERVED, check_name


class TopicEditing(TopicTables):
    """Base of :class:`~topics.TopicModel`: what people change of its topics."""

    themes_: dict[str, dict[str, float]]

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
        >>> from topics import TopicModel
        >>> model = TopicModel(2).fit(["aid reached the camp", "the court freed detainees"] * 20)
        >>> model.rename_topic(0, "relief").names_[0]
        'relief'
        """
        number = self.topic_number(topic)
        name, before = self._free_name(name, [number]), self.names_[number]
        # A theme's topic stays one.
        self.themes_ = {
            name if theme == before else theme: terms for theme, terms in self.themes_.items()
        }
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
        >>> from topics import TopicModel
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
        marks = {name: getattr(self, name)[chosen].all() for name in ("background_", "surplus_")}
        daily = self.timeline_[1][:, chosen].sum(axis=1)
        self._keep([t for t in range(len(self.names_)) if t == kept or t not in chosen], chosen)
        # These are new arrays and lists: no topic before the smallest number goes.
        for attribute, total in sums.items():
            getattr(self, attribute)[kept] = total
        self.timeline_[1][:, kept] = daily
        for attribute, mark in marks.items():
            getattr(self, attribute)[kept] = mark
        self.names_[kept], self.words_[kept] = name, words
        self.component_groups_[kept] = groups
        self.representatives_[kept] = list(dict.fromkeys(rows))[:REPRESENTATIVES]
        return self

    @restore_on_error
    def reduce_topics(self, n: int) -> Self:
        """Merge the topics that are most alike until so many are left.

        Which are alike is judged by average linkage over the cosines of their terms, as in
        :meth:`hierarchy`. Topics of themes are merged with others and never with each other, and
        keep their names; else the largest keeps its name.

        Parameters
        ----------
        n : int
            Number of topics that is left.

        Returns
        -------
        TopicModel
            The model, as after :meth:`merge_topics`.

        Raises
        ------
        TopicsError
            If ``n`` is no whole number, or less than 1 or than the number of themes with a topic.

        Examples
        --------
        >>> from topics import TopicModel
        >>> texts = ["aid reached the camp", "the court freed detainees", "rain fell"] * 20
        >>> len(TopicModel(3).fit(texts).reduce_topics(2).names_)
        2
        """
        self._check_fitted()
        if isinstance(n, bool) or not isinstance(n, Integral):
            raise TopicsError(f"n={n!r} is no number of topics", "give a whole number")
        themes = [name in self.themes_ for name in self.names_]
        least = max(1, sum(themes))
        if n < least:
            why = f"{least} topics are of themes" if any(themes) else "one is the least"
            raise TopicsError(
                f"the topics cannot be reduced to {n}: {why}", f"give {least} or more"
            )
        rows = unit_rows(self.components_).astype(np.float64)
        groups = _merged_by_likeness(rows @ rows.T, n, np.array(themes))
        named = [
            [
                self.names_[t]
                for t in sorted(group, key=lambda t: (not themes[t], -self.proportion_sums_[t]))
            ]
            for group in groups
            if len(group) > 1
        ]
        for names in named:
            self.merge_topics(names)
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
        >>> from topics import TopicModel
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
        for name in ("proportion_sums_", "topic_sizes_", "components_", "background_", "surplus_"):
            setattr(self, name, getattr(self, name)[topics])
        if hasattr(self, "labels_"):
            self.labels_ = place[self.labels_]
        days, sums, numbers = self.timeline_
        self.timeline_ = days, sums[:, topics], numbers
        return self


def _merged_by_likeness(
    alike: NDArray[np.float64], n: int, apart: NDArray[np.bool_]
) -> list[list[int]]:
    """Groups of rows by average linkage, no two of those that are to stay apart in one."""
    groups = [[row] for row in range(len(alike))]
    sums, sizes = alike.copy(), np.ones(len(alike))
    while len(groups) > n:
        # By the mean over all pairs: the sum of many topics would be near to every other one.
        means = sums / np.outer(sizes, sizes)
        means[np.triu_indices(len(groups))] = -np.inf
        means[np.outer(apart, apart)] = -np.inf
        into, gone = sorted(divmod(int(means.argmax()), len(groups)))
        groups[into] += groups.pop(gone)
        sums[into] += sums[gone]
        sums[:, into] += sums[:, gone]
        sums = np.delete(np.delete(sums, gone, axis=0), gone, axis=1)
        sizes[into] += sizes[gone]
        apart = np.delete(np.where(np.arange(apart.size) == into, apart | apart[gone], apart), gone)
        sizes = np.delete(sizes, gone)
    return groups
