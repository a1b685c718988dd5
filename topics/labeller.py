"""Labeller: a topic model and a classifier that label together, and what they say."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, overload

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from topics._errors import TopicsError
from topics._estimator import ReportMixin, restore_on_error
from topics._progress import steps
from topics.models.topic_model import TopicModel
from topics.models.topics_over_time import Period, day_of, periods_of
from topics.reading.corpus import Corpus
from topics.reading.documents import Documents, as_documents
from topics.text.default_vectorizer import READING, fit_vectorizer
from topics.text.seed_words import check_themes
from topics.text.sentences import split_paragraphs
from topics.text.term_sequences import TermSequences
from topics.text.vectorizer import TermVectorizer
from topics.themes.classifier import ThemeClassifier

BATCH = 2048
"""Releases labelled at a time; no result depends on it."""


_MOST = 0.9
"""Share from which on a release is about a theme's topic, even where it has no label."""
_LEAST_KNOWN = 0.25, 40
"""Share of a text's words that must be known for labels, and bytes a known word from which on it
is counted."""
_LEAST_KNOWN_BEYOND = 0.5, 15
"""The same where a background's words are known, too: other languages share some of them."""
_NOTHING_KNOWN = "none of its words is known"


@dataclass(frozen=True)
class Passage:
    """What a model says of one paragraph of a text.

    Attributes
    ----------
    text : str
        The paragraph.
    labels : tuple of str
        Its themes, best first.
    probabilities : dict of str to float
        Of every theme, the likeliest first.
    """

    text: str
    labels: tuple[Any, ...]
    probabilities: dict[Any, float]


@dataclass(frozen=True)
class Prediction:
    """What a model says of one text.

    Attributes
    ----------
    labels : tuple of str
        Themes, best first; empty where nothing fits, or the model has no classifier.
    probabilities : dict of str to float
        Probability of every theme, the likeliest first.
    topic : int or None
        Number of the topic with the largest share; None without a topic model, or where the text
        holds no known word.
    topic_name : str or None
        Its name.
    evidence : str
        The sentence that speaks most for the first label, or for the topic where there is none.
    note : str
        Why a text was not labelled: hardly any of its words is known, and which language it seems
        to be in; else empty.
    passages : tuple of Passage
        Its paragraphs, where they were asked for.
    """

    labels: tuple[Any, ...]
    probabilities: dict[Any, float]
    topic: int | None
    topic_name: str | None
    evidence: str
    note: str = ""
    passages: tuple[Passage, ...] = ()

    @property
    def scores(self) -> dict[Any, float]:
        """``probabilities`` by the name that is right where they are not calibrated, too.

        Examples
        --------
        >>> Prediction(("aid",), {"aid": 0.9}, None, None, "").scores
        {'aid': 0.9}
        """
        return self.probabilities


class Predictions(Sequence[Prediction]):
    """Predictions for many texts: a sequence of :class:`Prediction`, and a table.

    Attributes
    ----------
    labels : list of tuple
        Labels of each text.
    probabilities : ndarray of float64, shape (n_texts, n_themes)
        In the order of ``classes``.
    classes : list
        Theme names.
    topics : list of int, or list of None
        Topic number of each text; of one without a label, a theme's topic only where it is nine
        tenths of the text or more.
    topic_names : list of str, or list of None
        Its name.
    evidence : list of str
        A sentence of each text.
    ids, titles : list of str or None
        Of the releases, where a Corpus was given.
    notes : list of str
        Why a text was not labelled; empty where it was looked at.
    passages : list of tuple of Passage, or None
        Paragraphs of each text, where they were asked for.
    calibrated : bool
        Whether probabilities are frequencies; else they are scores from 0 to 1 that order releases.
    """

    def __init__(
        self,
        labels: list[tuple[Any, ...]],
        probabilities: NDArray[np.float64],
        classes: list[Any],
        topics: list[int | None],
        topic_names: list[str | None],
        evidence: list[str],
        ids: list[str] | None = None,
        titles: list[str | None] | None = None,
        notes: list[str] | None = None,
        passages: list[tuple[Passage, ...]] | None = None,
        calibrated: bool = True,
    ) -> None:
        self.labels = labels
        self.probabilities = probabilities
        self.classes = classes
        self.topics = topics
        self.topic_names = topic_names
        self.evidence = evidence
        self.ids = ids
        self.titles = titles
        self.notes = [""] * len(labels) if notes is None else notes
        self.passages = passages
        self.calibrated = calibrated

    @property
    def _kind(self) -> str:
        return "probability" if self.calibrated else "score"

    def __len__(self) -> int:
        return len(self.labels)

    @overload
    def __getitem__(self, i: int) -> Prediction: ...
    @overload
    def __getitem__(self, i: slice) -> Sequence[Prediction]: ...

    def __getitem__(self, i: int | slice) -> Prediction | Sequence[Prediction]:
        if isinstance(i, slice):
            return [self[j] for j in range(*i.indices(len(self)))]
        chances = zip(self.classes, self.probabilities[i].tolist(), strict=True)
        return Prediction(
            self.labels[i],
            dict(sorted(chances, key=lambda chance: -chance[1])),
            self.topics[i],
            self.topic_names[i],
            self.evidence[i],
            self.notes[i],
            () if self.passages is None else self.passages[i],
        )

    def to_arrow(self) -> pa.Table:
        """One row a text.

        Returns
        -------
        pyarrow.Table
            ``id`` and ``title`` where known, ``labels`` (list of str), ``probability`` (of the
            first label), ``topic``, ``topic_name``, ``evidence``, ``note``, and ``p_NAME`` for
            every theme; ``score`` and ``s_NAME`` where they are not calibrated.

        Examples
        --------
        >>> labeller = Labeller(classifier=ThemeClassifier({"aid": ["camp"], "law": ["court"]}))
        >>> predictions = labeller.fit(["a camp", "a court"] * 20).predict(["a camp of tents"])
        >>> predictions.to_arrow().column_names[:4]
        ['labels', 'score', 'topic', 'topic_name']
        """
        columns: dict[str, Any] = {}
        if self.ids is not None:
            columns["id"] = pa.array(self.ids, pa.large_string())
            columns["title"] = pa.array(self.titles, pa.large_string())
        names = [[str(label) for label in labels] for labels in self.labels]
        columns["labels"] = pa.array(names, pa.list_(pa.string()))
        place = {name: k for k, name in enumerate(self.classes)}
        columns[self._kind] = pa.array(
            [
                float(self.probabilities[i, place[labels[0]]]) if labels else None
                for i, labels in enumerate(self.labels)
            ],
            pa.float64(),
        )
        columns["topic"] = pa.array(self.topics, pa.int64())
        columns["topic_name"] = pa.array(self.topic_names, pa.string())
        columns["evidence"] = pa.array(self.evidence, pa.large_string())
        columns["note"] = pa.array(self.notes, pa.large_string())
        for k, name in enumerate(self.classes):
            columns[f"{self._kind[0]}_{name}"] = pa.array(self.probabilities[:, k])
        return pa.table(columns)

    def to_pandas(self) -> Any:
        """The same as a pandas DataFrame.

        Returns
        -------
        pandas.DataFrame
            As :meth:`to_arrow`; labels are lists.

        Examples
        --------
        >>> labeller = Labeller(classifier=ThemeClassifier({"aid": ["camp"], "law": ["court"]}))
        >>> predictions = labeller.fit(["a camp", "a court"] * 20).predict(["a camp of tents"])
        >>> predictions.to_pandas()["labels"].tolist()
        [['aid']]
        """
        frame = self.to_arrow().to_pandas()
        frame["labels"] = [[str(label) for label in labels] for labels in self.labels]
        return frame

    def themes_over_time(self, dates: Corpus | Sequence[str | None], freq: Period = "month") -> Any:
        """Share of the texts of each period that have each label.

        Parameters
        ----------
        dates : Corpus, or sequence of str or None, shape (n_texts,)
            The releases, or their dates in ISO 8601; texts without one, or with less than a month,
            are left out.
        freq : {"day", "week", "month", "quarter", "year"}, default="month"
            Length of a period.

        Returns
        -------
        pandas.DataFrame
            A row a period (its name the index), a column a theme, and ``releases``, their number.

        Raises
        ------
        TopicsError
            If there is not a date for each text, or none is known, or ``freq`` is unknown.

        Examples
        --------
        >>> labeller = Labeller(classifier=ThemeClassifier({"aid": ["camp"], "law": ["court"]}))
        >>> predictions = labeller.fit(["a camp", "a court"] * 20).predict(["a camp", "a court"])
        >>> predictions.themes_over_time(["2024-03-01", "2024-03-09"])["aid"].tolist()
        [0.5]
        """
        import pandas as pd

        column = dates["date"] if isinstance(dates, Corpus) else dates
        given = column.to_pylist() if hasattr(column, "to_pylist") else list(column)
        if len(given) != len(self):
            raise TopicsError(f"{len(given)} dates for {len(self)} releases", "give one for each")
        # Cells of other tables: dates have a name in ISO 8601, what is missing has none.
        written = [d if isinstance(d, str) else str(d)[:10] for d in given]
        days = {i: day for i, date in enumerate(written) if (day := day_of(date))}
        if not days:
            raise TopicsError("the releases have no dates", "give releases with dates")
        names = [str(name) for name in self.classes]
        has = [[name in self.labels[i] for name in self.classes] for i in days]
        periods = periods_of(list(days.values()), freq)
        grouped = pd.DataFrame(has, columns=names).groupby(periods)
        table = grouped.mean().assign(releases=grouped.size())
        return table.rename_axis(freq)

    @property
    def scores(self) -> NDArray[np.float64]:
        """``probabilities`` by the name that is always right: numbers that order texts.

        Examples
        --------
        >>> labeller = Labeller(classifier=ThemeClassifier({"aid": ["camp"], "law": ["court"]}))
        >>> labeller.fit(["a camp", "a court"] * 20).predict(["a camp"]).scores.shape
        (1, 2)
        """
        return self.probabilities

    def __repr__(self) -> str:
        lines = [f"Predictions: {len(self)} text{'s' * (len(self) != 1)}"]
        for i, row in enumerate(itertools.islice(self, 10)):
            said = ", ".join(f"{name} {row.probabilities[name]:.2f}" for name in row.labels)
            title = (self.titles[i] if self.titles else None) or row.evidence
            lines.append(f"  {said or '(none)':32}  {title[:64]}")
        return "\n".join(lines + (["  ..."] if len(self) > 10 else []))

    def _repr_html_(self) -> str:
        shown = self.to_pandas().head(20)
        return str(shown[shown.columns[: len(shown.columns) - len(self.classes)]].to_html())


class Labeller(ReportMixin):
    """A topic model and a theme classifier that label together; what ``topics fit`` makes.

    Parameters
    ----------
    topic_model : TopicModel or None, default=None
        Gives each text its topic.
    classifier : ThemeClassifier or None, default=None
        Gives each text its labels.

    Attributes
    ----------
    checksum, folder : str or None, Path or None
        Of the artifact that it was loaded from.

    Examples
    --------
    >>> texts = ["refugees fled to the camp", "the camp shelters displaced families"] * 15
    >>> texts += ["the court tried the judge", "a judge ruled on the trial"] * 15
    >>> themes = {"displacement": ["refugees", "displaced"], "justice": ["court", "judge"]}
    >>> labeller = Labeller(TopicModel(n_topics=2), ThemeClassifier(themes)).fit(texts)
    >>> row = labeller.predict("The refugees fled. It rained.")[0]
    >>> row.labels, row.evidence
    (('displacement',), 'The refugees fled.')
    """

    def __init__(
        self,
        topic_model: TopicModel | None = None,
        classifier: ThemeClassifier | None = None,
    ) -> None:
        if topic_model is None and classifier is None:
            raise TopicsError(
                "there is no model to label with", "give a topic model or a classifier"
            )
        self.topic_model = topic_model
        self.classifier = classifier
        self.checksum: str | None = None
        self.folder: Path | None = None

    def __repr__(self) -> str:
        return f"Labeller({self.topic_model!r}, {self.classifier!r})"

    def _repr_html_(self) -> str:
        """For notebooks: what both models show."""
        return "".join(model._repr_html_() for model in self._models)

    @property
    def _models(self) -> list[TopicModel | ThemeClassifier]:
        return [model for model in (self.topic_model, self.classifier) if model is not None]

    @property
    def has_shared_vectorizer(self) -> bool:
        """Whether both models read one and the same document-term matrix.

        Examples
        --------
        >>> themes = {"aid": ["camp"], "law": ["court"]}
        >>> labeller = Labeller(TopicModel(2, themes=themes), ThemeClassifier(themes))
        >>> labeller.fit(["a camp", "a court"] * 20).has_shared_vectorizer
        True
        """
        return (
            self.topic_model is not None
            and self.classifier is not None
            and self.topic_model.vectorizer_ is self.classifier.vectorizer_.learnt()
        )

    @restore_on_error
    def fit(
        self, texts: Any, y: Iterable[Any] | None = None, vectorizer: TermVectorizer | None = None
    ) -> Self:
        """Fit both models over one vectorizer.

        Parameters
        ----------
        texts : Corpus, Arrow column, iterable of str, Arrow dataset or Dask DataFrame
            The corpus; the texts of a dataset or of a DataFrame of Dask are read where they lie.
        y : iterable or None, default=None
            Labels for the classifier, None where unknown.
        vectorizer : TermVectorizer or None, default=None
            None takes the models' own, or makes one fit for the corpus.

        Returns
        -------
        Labeller
            Itself.

        Raises
        ------
        TopicsError
            As the models raise it, or if their vectorizers differ.

        Examples
        --------
        >>> themes = {"aid": ["camp"], "law": ["court"]}
        >>> labeller = Labeller(TopicModel(2, themes=themes), ThemeClassifier(themes))
        >>> labeller.fit(["a camp", "a court"] * 20).classifier.classes_
        array(['aid', 'law'], dtype='<U3')
        """
        self.checksum = self.folder = None
        documents = Documents.of(texts)
        models = self._models
        themes: dict[str, list[str]] = {}
        for model in models:
            for name, seeds in check_themes(model.themes).items():
                themes[name] = [*themes.get(name, ()), *seeds]
        if vectorizer is None:
            own = {repr(m.vectorizer): m.vectorizer for m in models if m.vectorizer is not None}
            if len(own) > 1:
                raise TopicsError(
                    "the models have different vectorizers", "give both the same, or fit each alone"
                )
            vectorizer = next(iter(own.values()), None)
        plan = {READING: 2.0}
        for model in reversed(models):
            plan |= model.fitting_steps()
        background = None if self.classifier is None else self.classifier.fitting_background()
        with steps("fitting", plan):
            vectorizer, sequences, knowledge = fit_vectorizer(
                documents.texts, vectorizer, themes, models[0].n_jobs, background
            )
            if self.classifier is not None:
                self.classifier.fit_sequences(sequences, vectorizer, y, knowledge=knowledge)
            if self.topic_model is not None:
                learnt = sequences.below(vectorizer.n_learnt_terms_)
                self.topic_model.fit_sequences(learnt, vectorizer.learnt(), documents)
        return self

    def _check_fitted(self) -> None:
        for model in self._models:
            model._check_fitted()

    def predict(self, texts: Any, *, evidence: bool = True, passages: bool = False) -> Predictions:
        """Label texts.

        Parameters
        ----------
        texts : str, Corpus, Arrow column, or iterable of str
            One text, or many.
        evidence : bool, default=True
            Look for the sentence that speaks for the label; without it labelling is faster.
        passages : bool, default=False
            Label the paragraphs of each text, too.

        Returns
        -------
        Predictions
            One row a text; a row does not depend on the others.

        Raises
        ------
        NotFittedError
            If a model is not fitted.

        Examples
        --------
        >>> themes = {"aid": ["camp"], "law": ["court"]}
        >>> labeller = Labeller(TopicModel(2, themes=themes), ThemeClassifier(themes))
        >>> labeller.fit(["a camp", "a court"] * 20).predict(["tents for a camp"])[0].labels
        ('aid',)
        """
        self._check_fitted()
        documents = as_documents([texts] if isinstance(texts, str) else texts)
        sources = None if self.topic_model is None else self.topic_model.number_sources(texts)
        parts = [
            self._predict_batch(
                documents.slice(start, BATCH),
                evidence,
                None if sources is None else sources[start : start + BATCH],
            )
            for start in range(0, len(documents), BATCH)
        ]
        joined = [list(itertools.chain.from_iterable(part)) for part in zip(*parts, strict=True)]
        labels, rows, topics, sentences, notes = joined or ([], [], [], [], [])
        classes = [] if self.classifier is None else self.classifier.classes_.tolist()
        names = self.topic_model.names_ if self.topic_model is not None else []
        corpus = texts if isinstance(texts, Corpus) else None
        return Predictions(
            labels,
            np.array(rows, np.float64).reshape(len(labels), len(classes)),
            classes,
            topics,
            [None if topic is None else names[topic] for topic in topics],
            sentences,
            None if corpus is None else corpus["id"].to_pylist(),
            None if corpus is None else corpus["title"].to_pylist(),
            notes,
            self._passages(documents) if passages else None,
            self.classifier is None or self.classifier.calibrated_,
        )

    def _passages(self, documents: pa.LargeStringArray) -> list[tuple[Passage, ...]]:
        parts = [split_paragraphs(text) for text in documents.to_pylist()]
        flat = self.predict(list(itertools.chain.from_iterable(parts)), evidence=False)
        rows = iter(flat)
        return [
            tuple(
                Passage(text, row.labels, row.probabilities)
                for text, row in zip(texts, itertools.islice(rows, len(texts)), strict=True)
            )
            for texts in parts
        ]

    def _predict_batch(
        self,
        documents: pa.LargeStringArray,
        evidence: bool,
        sources: NDArray[np.int64] | None,
    ) -> tuple[list[Any], list[Any], list[Any], list[str], list[str]]:
        n = len(documents)
        sequences: TermSequences | None = None
        labels: list[Any] = [()] * n
        probabilities: NDArray[np.float64] = np.empty((n, 0))
        topics: list[int | None] = [None] * n
        notes = [""] * n
        if self.classifier is not None:
            sequences = self.classifier.vectorizer_.sequences(documents)
            probabilities = self.classifier.probabilities(
                self.classifier.score_sequences(sequences)
            )
            labels = self.classifier.label_tuples(probabilities)
            lengths = np.diff(sequences.offsets)
            strangers = dict.fromkeys(np.flatnonzero(lengths == 0).tolist(), _NOTHING_KNOWN)
            for i, note in (strangers | self._strangers(documents, lengths)).items():
                notes[i], labels[i] = note, ()
        if self.topic_model is not None:
            vectorizer = self.topic_model.vectorizer_
            if not self.has_shared_vectorizer or sequences is None:
                sequences = vectorizer.sequences(documents)
            n_terms = self.topic_model.components_.shape[1]
            counts = sequences.below(n_terms).counts(n_terms, np.float32, self.topic_model.n_jobs)
            proportions = self.topic_model.transform_counts(counts, sources)
            topics = self._first_topics(proportions, labels)
            # Where no word is known, every topic is as good as any other.
            held = np.diff(counts.indptr) > 0
            topics = [topic if held[i] else None for i, topic in enumerate(topics)]
        # And so is every sentence.
        known = np.zeros(n, bool) if sequences is None else np.diff(sequences.offsets) > 0
        sentences = [""] * n
        if evidence and known.any():
            rows = np.flatnonzero(known).tolist()
            texts = documents.take(rows).to_pylist()
            found = self._evidence(
                texts, probabilities[rows], [labels[i] for i in rows], [topics[i] for i in rows]
            )
            for i, sentence in zip(rows, found, strict=True):
                sentences[i] = sentence
        return labels, list(probabilities), topics, sentences, notes

    def _first_topics(
        self, proportions: NDArray[np.float32], labels: list[tuple[Any, ...]]
    ) -> list[int | None]:
        """The first topic of each document; of one without a label, a theme's if it is most of it.

        A table that gives a release no label and a theme's topic beside it contradicts itself.
        """
        assert self.topic_model is not None
        first: list[int | None] = self.topic_model.first_topics(proportions).tolist()
        if self.classifier is None:
            return first
        classes = {str(name) for name in self.classifier.classes_}
        of_themes = np.array([name in classes for name in self.topic_model.names_])
        rows = [i for i, (topic, given) in enumerate(zip(first, labels, strict=True))
                if not given and of_themes[topic] and proportions[i, topic] < _MOST]  # fmt: skip
        if rows:
            others = np.where(of_themes, 0, proportions[rows])
            found = self.topic_model.first_topics(others).tolist()
            for i, topic, shares in zip(rows, found, others, strict=True):
                # One that is about no topic more than about any other has none.
                first[i] = topic if shares[topic] > 1 / len(of_themes) else None
        return first

    def _strangers(
        self, documents: pa.LargeStringArray, known: NDArray[np.int64]
    ) -> dict[int, str]:
        """Texts in which hardly a word is known, and what language they seem to be in."""
        from topics.text.language_id import recognise_languages

        assert self.classifier is not None
        sizes = np.diff(np.frombuffer(documents.buffers()[1], np.int64)[documents.offset :])
        sizes = sizes[: len(documents)]
        vectorizer = self.classifier.vectorizer_
        knows_beyond = vectorizer.learnt() is not vectorizer
        least, letters = _LEAST_KNOWN_BEYOND if knows_beyond else _LEAST_KNOWN
        # Few known terms for so many letters: these are read again, word by word.
        doubtful = np.flatnonzero((known * letters < sizes) & (sizes > 40))
        found = {}
        if doubtful.size:
            shares = vectorizer.known_share(documents.take(doubtful))
            strange = shares < least
            rows = doubtful[strange]
            languages = recognise_languages(documents.take(rows).to_pylist()) if rows.size else []
            for i, share, language in zip(rows.tolist(), shares[strange], languages, strict=True):
                seems = f" (language: {language})" if language else ""
                found[i] = f"only {share:.0%} of its words are known{seems}"
        return found

    def _evidence(
        self,
        texts: list[str],
        probabilities: NDArray[np.float64],
        labels: list[tuple[Any, ...]],
        topics: list[int | None],
    ) -> list[str]:
        """The sentence of each text that speaks for its first label, or else shows its topic."""
        found = [""] * len(texts)
        if self.classifier is not None:
            place = {name: k for k, name in enumerate(self.classifier.classes_.tolist())}
            asked = [
                [place[given[0]] if given else int(row.argmax())] if given or topic is None else []
                for given, topic, row in zip(labels, topics, probabilities, strict=True)
            ]
            for i, best in enumerate(self.classifier.sentences(texts, asked)):
                found[i] = "".join(best)
        if self.topic_model is not None:
            rows = [i for i, given in enumerate(labels) if not given]
            shown = self.topic_model.sentences(
                [texts[i] for i in rows], [[topics[i] or 0] for i in rows]
            )
            for i, best in zip(rows, shown, strict=True):
                found[i] = best[0]
        return found
