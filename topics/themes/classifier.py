"""ThemeClassifier: seeds and labels to themes with probabilities."""

from __future__ import annotations

import html
import warnings
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import scipy.sparse as sp
from numpy.typing import ArrayLike, NDArray

from topics._arrow import give_much_memory_back
from topics._errors import TopicsError
from topics._estimator import Estimator, ReportMixin, restore_on_error
from topics._math.arrays import log_odds, sigmoid
from topics._math.calibration import best_thresholds, calibrate
from topics._parallel import WorkerPool, one_blas_thread
from topics._progress import begin_step, steps
from topics.reading.corpus import text_of_release
from topics.reading.documents import Documents, as_documents
from topics.reading.label_columns import check_labels, labels_of_indicators, unknown_labels
from topics.text.background import Background, WordKnowledge, resolve_background
from topics.text.default_vectorizer import READING, fit_vectorizer
from topics.text.seed_words import check_themes, seeds_in_vocabulary
from topics.text.sentences import best_sentences
from topics.text.term_sequences import TermSequences
from topics.text.tfidf import linear_scores, scores_in_columns, tfidf_weights
from topics.text.vectorizer import TermVectorizer
from topics.text.word_vectors import WordVectors
from topics.themes.explanation import Explanation, Missed, explain_score
from topics.themes.soft_labels import MIN_DOCUMENTS, SeedWeights
from topics.themes.training_set import (
    TrainingSet,
    correct_scores,
    label_weights,
    many_labels,
)
from topics.themes.zero_shot import ZeroShot, share_of_pile, with_company, zero_shot_model

SECTION_COST = 0.75
"""What a section must say for a theme more than a whole document must, in log odds."""

_SMALL_PILE = 100
"""Documents below which a warning says that they are few."""
_EMPTY_TEXT = -0.5
"""Log odds of a label of an empty text, at most."""
_NEVER = -20.0
"""Log odds of a label that nothing speaks for."""
_SMALL_CORPUS = 150
_MIN_CALIBRATION_LABELS = 50


class ThemeClassifier(ReportMixin, Estimator):
    """Labels documents with themes, learnt from seed words, from labels, or from both.

    Seeds are compared with the documents in the space of the corpus's own word vectors and of a
    background's, which count the more the fewer documents there are; every document takes on some
    of its nearest neighbours' soft labels, which a discriminant sharpens; a linear model of term
    weights is fitted to the soft labels, and labels that there are correct it. What remains is a
    sum over a text's terms, so that each label can be explained exactly.

    Parameters
    ----------
    themes : mapping of str to iterable of str, iterable of str, or None, default=None
        Theme name to seed words and phrases; or names alone, or sentences that describe themes;
        None learns from labels alone.
    multi_label : bool, default=True
        Whether a document can have several labels, or none; else it has exactly one.
    vectorizer : TermVectorizer or None, default=None
        None makes one fit for the size and the languages of the corpus.
    class_weight : dict, "balanced" or None, default=None
        Weights of the labels of each theme, as scikit-learn has them.
    min_precision : float or None, default=None
        With ``multi_label``, thresholds are chosen on held-out documents so that at least this
        share of each theme's labels is right; None chooses them for F1.
    min_probability : float, default=0
        Without ``multi_label``, a document whose likeliest theme has a lower probability gets None.
    background : "default", None, str, path, KeyedVectors or object, default="default"
        Vectors of words from outside the corpus, which place the themes before there are many
        documents, and words that no document holds: those of the ``wordllama`` package where it is
        installed and the language is one that it knows; none; a file or an object with vectors of
        any language, as for :func:`topics.text.background.resolve_background`. Used while fitting
        only; an artifact does not keep it.
    random_state : int or None, default=0
        For the factorisation and the sample of documents.
    n_jobs : int or None, default=None
        Threads; results are the same to the bit for any number.

    Attributes
    ----------
    classes_ : ndarray, shape (n_themes,)
        Theme names, sorted.
    coef_ : ndarray of float32, shape (n_terms, n_themes)
        Weight of each term, over the l2 norm of a text's term weights.
    intercept_ : ndarray of float32, shape (n_themes,)
        Score of an empty text.
    propagation_ : str or None
        How soft labels came from seeds (:func:`topics.themes.soft_labels.select_propagation`); None
        without seeds.
    seed_holdout_accuracy_ : dict of str to float
        Share of documents named by held-out seeds that each way found.
    calibration_slope_, calibration_intercept_ : ndarray of float64, shape (n_themes,)
        A score times the slope plus the offset is the log odds of a label.
    novelty_coef_ : ndarray of float32, shape (n_terms,) or (0,)
        Weight of each term for "none of the themes"; empty where too few documents taught it.
    novelty_intercept_ : float
        Its score of an empty text.
    thresholds_ : ndarray of float64, shape (n_themes,)
        Probability from which a label is given, with ``multi_label``.
    calibrated_ : bool
        Whether there were labels (50 or more) to calibrate probabilities with; else they are
        scores from 0 to 1 that order documents, and no frequencies.
    vectorizer_ : TermVectorizer
        The fitted vectorizer.

    Examples
    --------
    >>> texts = ["refugees fled to the camp", "the camp shelters displaced families"] * 15
    >>> texts += ["the court tried the judge", "a judge ruled on the trial"] * 15
    >>> themes = {"displacement": ["refugees", "displaced"], "justice": ["court", "judge"]}
    >>> classifier = ThemeClassifier(themes).fit(texts)
    >>> classifier.predict(["families in the camp", "the judge ruled"]).tolist()
    [('displacement',), ('justice',)]
    """

    _estimator_type = "classifier"
    _gives_indicators = False
    coef_: NDArray[np.float32]
    intercept_: NDArray[np.float32]
    novelty_coef_: NDArray[np.float32]

    def __init__(
        self,
        themes: Mapping[str, Sequence[str]] | Iterable[str] | None = None,
        multi_label: bool = True,
        vectorizer: TermVectorizer | None = None,
        class_weight: Mapping[Any, float] | str | None = None,
        min_precision: float | None = None,
        min_probability: float = 0.0,
        background: Any = "default",
        random_state: int | None = 0,
        n_jobs: int | None = None,
    ) -> None:
        self.themes = themes
        self.multi_label = multi_label
        self.vectorizer = vectorizer
        self.class_weight = class_weight
        self.min_precision = min_precision
        self.min_probability = min_probability
        self.background = background
        self.random_state = random_state
        self.n_jobs = n_jobs

    # Learning

    def fit(
        self, texts: Any, y: Iterable[Any] | None = None, sample_weight: ArrayLike | None = None
    ) -> Self:
        """Learn from a corpus, its seeds and the labels of any of its documents.

        Parameters
        ----------
        texts : Corpus, Arrow column, iterable of str, Arrow dataset or Dask DataFrame
            The documents, labelled or not: unlabelled ones teach the vocabulary and the vectors.
            Those of a dataset or of a DataFrame of Dask are read where they lie.
        y : iterable or None, default=None
            For each document a name, a list of names (empty: none applies), or None where nobody
            has looked; or a matrix of zeros and ones with a column for each class (the themes,
            sorted, or the names of a data frame's columns): :meth:`predict` then gives one, too.
        sample_weight : array, shape (n_documents,), or None, default=None
            Weights of the releases' labels.

        Returns
        -------
        ThemeClassifier
            The fitted classifier.

        Raises
        ------
        TopicsError
            If there are neither seeds nor labels, no seed of any theme is a term of the documents
            or known to the background, or ``y`` does not fit the documents.

        Warns
        -----
        UserWarning
            If fewer than 100 documents make rough scores, or nothing is known of a theme.

        Examples
        --------
        >>> themes = {"aid": ["camp"], "law": ["court"]}
        >>> ThemeClassifier(themes).fit(["a camp", "a court"] * 5).classes_
        array(['aid', 'law'], dtype='<U3')
        """
        documents = Documents.of(texts)
        themes = check_themes(self.themes)
        if themes and y is not None:
            y = list(y) if not hasattr(y, "shape") else y
            self._warn_of_new_themes(y, list(themes))
        with steps("fitting", {READING: 2, **self.fitting_steps()}):
            vectorizer, sequences, knowledge = fit_vectorizer(
                documents.texts, self.vectorizer, themes, self.n_jobs, self.fitting_background()
            )
            return self.fit_sequences(sequences, vectorizer, y, sample_weight, knowledge)

    def _warn_of_new_themes(self, y: Any, themes: list[str]) -> None:
        """Name labels that are near to a theme and are none: they are most likely misspelt."""
        if getattr(y, "ndim", 1) > 1:
            return
        several = (list, tuple, set, frozenset, np.ndarray)
        listed = [list(item) if isinstance(item, several) else [item] for item in y]
        for _, name, near in unknown_labels(listed, themes):
            if near and near.casefold() != str(name).strip().casefold():
                warnings.warn(f"the label {name!r} is a new theme; is it {near!r}?", stacklevel=3)

    def fitting_steps(self) -> dict[str, float]:
        """What :meth:`fit` does once words are read, and about how long each takes.

        Examples
        --------
        >>> list(ThemeClassifier({"aid": ["camp"]}).fitting_steps())
        ['learning word vectors', 'asking the seed words', 'learning labels']
        """
        asking = {"asking the seed words": 4.0} if self.themes else {}
        return {"learning word vectors": 6.0, **asking, "learning labels": 7.0}

    def fitting_background(self) -> Background | None:
        """Where vectors of words come from while fitting; None without seeds, or where none is.

        Examples
        --------
        >>> ThemeClassifier(background=None).fitting_background() is None
        True
        """
        return resolve_background(self.background) if self.themes else None

    @restore_on_error
    def fit_sequences(
        self,
        sequences: TermSequences,
        vectorizer: TermVectorizer,
        y: Iterable[Any] | None = None,
        sample_weight: ArrayLike | None = None,
        knowledge: WordKnowledge | None = None,
    ) -> Self:
        """Learn from what a fitted vectorizer made of the texts, so that models can share it.

        Parameters
        ----------
        sequences : TermSequences
            The terms of the documents.
        vectorizer : TermVectorizer
            The one that made them.
        y : iterable or None, default=None
            As for :meth:`fit`.
        sample_weight : array, shape (n_documents,), or None, default=None
            As for :meth:`fit`.
        knowledge : WordKnowledge or None, default=None
            What a background knows of the vectorizer's terms.

        Returns
        -------
        ThemeClassifier
            The fitted classifier.

        Raises
        ------
        TopicsError
            As :meth:`fit`.

        Examples
        --------
        >>> vectorizer = TermVectorizer()
        >>> sequences = vectorizer.fit_to_sequences(["the camp", "the court"] * 5)
        >>> model = ThemeClassifier({"aid": ["camp"], "law": ["court"]})
        >>> model.fit_sequences(sequences, vectorizer).classes_.tolist()
        ['aid', 'law']
        """
        self._check_real(min_precision=1, min_probability=1)
        themes = check_themes(self.themes)
        y, self._gives_indicators = labels_of_indicators(y, sorted(themes))
        labels = check_labels(y, len(sequences), themes)
        if not self.multi_label:
            for index, names in enumerate(labels):
                if names is not None and len(names) != 1:
                    raise TopicsError(
                        f"{len(names)} labels",
                        "give one, None, or multi_label=True",
                        index=index,
                        shell_hint="give each release one label, or leave --one-label out",
                    )
        self._warn_of_few(len(sequences), sum(names is not None for names in labels), knowledge)
        self.vectorizer_ = vectorizer
        self._set_classes(themes, labels)
        given = {name for names in labels for name in names or ()}
        found = seeds_in_vocabulary(themes, vectorizer, given)
        labelled = np.array([i for i, names in enumerate(labels) if names is not None], np.int64)
        Y = np.zeros((labelled.size, self.classes_.size), bool)
        column = {name: k for k, name in enumerate(self.classes_.tolist())}
        seeds = {column[theme]: weights for theme, weights in found.items()}
        for row, i in enumerate(labelled):
            Y[row, [column[name] for name in labels[i] or ()]] = True
        X = self._weights(sequences)
        weights = label_weights(
            Y, self.classes_.tolist(), labelled, len(sequences), sample_weight, self.class_weight
        )
        # Labels that weigh nothing are none, for calibration and thresholds, too.
        heard = weights.any(axis=1)
        labelled, Y, weights = labelled[heard], Y[heard], weights[heard]
        begin_step("learning word vectors")
        with one_blas_thread():
            vectors = self._vectors(sequences, X.shape[1], seeds, Y)
            begin_step("asking the seed words")
            zero_shot = None
            if knowledge is not None and vectors is not None and seeds:
                named = [column[theme] for theme, words in themes.items() if words == [theme]]
                seeds, zero_shot, vectors = self._beside_background(
                    knowledge, X, vectors, seeds, named
                )
                give_much_memory_back(vectors.nbytes)
            # What seeds say is learnt first, and a few labels then correct it.
            n_first = 0 if zero_shot is not None and not many_labels(Y) else labelled.size
            training = TrainingSet(
                X,
                vectors,
                labelled[:n_first],
                Y[:n_first],
                seeds,
                self.random_state,
                not self.multi_label,
                weights[:n_first],
                zero_shot,
            )
            self.propagation_, self.seed_holdout_accuracy_ = (
                training.propagation,
                training.seed_holdout_accuracy,
            )
            begin_step("learning labels")
            with WorkerPool(self.n_jobs) as workers:
                self._fit_linear(training, workers)
                if zero_shot is not None and not n_first:
                    self._blend(zero_shot, X, sorted(seeds))
                    if labelled.size:
                        unseeded = [k for k in range(len(column)) if k not in seeds]
                        mean = np.asarray(X.mean(axis=0) @ vectors).ravel()
                        self._correct(X[labelled], vectors, mean, Y, weights, unseeded, workers)
            self._silence([k for k in range(len(column)) if k not in seeds and not Y[:, k].any()])
        return self

    def _beside_background(
        self,
        knowledge: WordKnowledge,
        X: sp.csr_matrix,
        vectors: NDArray[np.float32],
        seeds: dict[int, SeedWeights],
        named: list[int],
    ) -> tuple[dict[int, SeedWeights], ZeroShot, NDArray[np.float32]]:
        """Seeds, with company where a theme is but a name; what a background says; all vectors."""
        n_documents = X.shape[0]
        known = knowledge.vectors(self.vectorizer_.get_feature_names_out().tolist())
        if named:
            share = share_of_pile(n_documents, knowledge.trust)
            n_learnt = self.vectorizer_.n_learnt_terms_
            seeds = with_company(seeds, named, known, n_learnt, share)
        zero_shot = zero_shot_model(
            X,
            known,
            [seeds[k] for k in sorted(seeds)],
            exclusive=not self.multi_label,
            trust=knowledge.trust,
            weight=knowledge.weight,
        )
        known *= knowledge.length(n_documents)
        return seeds, zero_shot, np.hstack([vectors, known])

    def _warn_of_few(self, n: int, n_labelled: int, knowledge: WordKnowledge | None) -> None:
        """One plain line that says how far labels can be trusted, where that is not far."""
        if n_labelled >= _MIN_CALIBRATION_LABELS or n >= _SMALL_PILE:
            return
        rests = "the words of these alone" if knowledge is None else "what words mean elsewhere"
        rests += " alone" * (n == 0)
        found = {0: "no release is", 1: "1 release is"}.get(n, f"{n} releases are")
        warnings.warn(
            f"{found} little to learn from: labels rest on {rests}, and scores are rough, no "
            "probabilities",
            stacklevel=5,
        )

    def _silence(self, unknown: list[int]) -> None:
        """Give no label of classes that nothing is known of."""
        self.coef_[:, unknown] = 0
        self.intercept_[unknown] = _NEVER

    def _blend(self, zero_shot: ZeroShot, X: sp.csr_matrix, seeded: list[int]) -> None:
        """Let pile and background each have their say, as far as the size of the pile goes."""
        # A handful of documents is not learnt from beyond the vectors of its words.
        share = share_of_pile(X.shape[0], zero_shot.trust) if self.novelty_coef_.size else 0.0
        slope, shift = self.calibration_slope_, self.calibration_intercept_.copy()
        if self.multi_label:
            # From here on a theme applies above even odds.
            shift -= log_odds(self.thresholds_)
        elif share:
            # One theme is as likely as another: what counts is how far scores lie apart.
            apart = (_spread(X @ self.coef_ * slope), _spread(zero_shot.scores(X)))
            slope, shift = slope * apart[1] / apart[0], 0 * shift
        coef = share * slope * self.coef_
        intercept = share * (slope * self.intercept_ + shift)
        coef[:, seeded] += (1 - share) * zero_shot.coef
        intercept[seeded] += (1 - share) * zero_shot.intercept
        if self.multi_label:
            # A text of which nothing is known has no theme, however common one is in the pile.
            intercept = np.minimum(intercept, _EMPTY_TEXT)
        self.coef_ = np.ascontiguousarray(coef, np.float32)
        self.intercept_ = intercept.astype(np.float32)
        self._leave_uncalibrated()

    def _correct(
        self,
        X: sp.csr_matrix,
        vectors: Any,
        mean: NDArray[np.floating],
        Y: NDArray[np.bool_],
        weights: NDArray[np.float64],
        unseeded: list[int],
        workers: WorkerPool,
    ) -> None:
        """Let labels correct what seeds and background say."""
        # Of a class without seeds nothing is known but how many labels there are.
        self.coef_[:, unseeded] = 0
        share = (Y[:, unseeded].sum(axis=0) + 0.5) / (len(Y) + 1)
        self.intercept_[unseeded] = log_odds(share)
        before = self.coef_, self.intercept_
        learnt = correct_scores(before, X, vectors, mean, Y, weights, workers, not self.multi_label)
        self.coef_ = np.ascontiguousarray(learnt.coef, np.float32)
        self.intercept_ = learnt.intercept.astype(np.float32)
        self.calibrated_ = (
            learnt.held_out is not None and len(learnt.held_out) >= _MIN_CALIBRATION_LABELS
        )
        if self.calibrated_:
            assert learnt.held_out is not None
            self._calibrate(learnt.held_out, Y.astype(np.float64))

    def _leave_uncalibrated(self) -> None:
        """A label from even odds on."""
        k = self.classes_.size
        self.calibration_slope_, self.calibration_intercept_ = np.ones(k), np.zeros(k)
        self.thresholds_ = np.full(k, 0.5)

    def _calibrate(self, scores: NDArray[np.float64], truth: NDArray[np.float64]) -> None:
        """Curves and thresholds, by scores of documents that the model has not seen."""
        self.calibration_slope_, self.calibration_intercept_ = calibrate(
            scores, truth, self.multi_label
        )
        if self.multi_label:
            self.thresholds_ = best_thresholds(
                self.probabilities(scores), truth >= 0.5, self.min_precision
            )

    def _set_classes(self, themes: Mapping[str, Any], labels: Sequence[Any]) -> None:
        names = set(themes) | {name for row in labels if row is not None for name in row}
        if not names:
            raise TopicsError("there are neither seeds nor labels", "give themes, y, or both")
        try:
            self.classes_ = np.array(sorted(names))
        except TypeError:
            raise TopicsError(
                "labels are of mixed types", "give all as str or all as int"
            ) from None
        if not self.multi_label and len(names) < 2:
            raise TopicsError(
                f"one class only ({names.pop()!r})",
                "give another, or multi_label=True",
                shell_hint="give labels of another, or leave --one-label out",
            )

    def _vectors(
        self, sequences: TermSequences, n_terms: int, seeds: Any, Y: NDArray[np.bool_]
    ) -> NDArray[np.float32] | None:
        if not seeds and many_labels(Y):
            return None
        # Seeds may be rare, and their vectors are all that is known of them.
        words = WordVectors(
            min_count=0, fold_in=True, random_state=self.random_state, n_jobs=self.n_jobs
        )
        return words.fit(sequences, n_terms).vectors_

    def _fit_linear(self, training: TrainingSet, workers: WorkerPool) -> None:
        coef, intercept, held_out = training.fit(workers)
        self.coef_ = np.ascontiguousarray(coef, np.float32)
        self.intercept_ = intercept.astype(np.float32)
        none_of_the_themes, self.novelty_intercept_ = training.fit_none_of_the_themes(workers)
        self.novelty_coef_ = none_of_the_themes.astype(np.float32)
        self._leave_uncalibrated()
        self.calibrated_ = held_out is not None and len(held_out) >= _MIN_CALIBRATION_LABELS
        unseen, truth = held_out, training.Y.astype(np.float64)
        by_seeds = held_out is None and len(training.soft_labels) >= MIN_DOCUMENTS
        if by_seeds:
            # Not frequencies yet, but as sure of new documents as of those that were looked at.
            unseen, truth = training.held_out_soft_labels(workers)
        if unseen is not None:
            self._calibrate(unseen, truth)
        if by_seeds and training.zero_shot is None:
            self._lean_on_seeds(training)

    def _lean_on_seeds(self, training: TrainingSet) -> None:
        """Let the seeds' own model speak up, the more so the smaller the corpus.

        What a few hundred documents teach is about their own stories: new ones score too low for
        every theme. The seeds do not know that much, but they know it of any story.
        """
        share = min(0.5, (_SMALL_CORPUS / training.n_documents) ** 2)
        scale = (share / self.calibration_slope_).astype(np.float32)
        self.coef_ += scale * training.seed_coef
        self.intercept_ += scale * training.seed_intercept

    # New documents

    def decision_function(self, texts: Any) -> NDArray[np.float64]:
        """Scores before calibration.

        Parameters
        ----------
        texts : Corpus, Arrow column, or iterable of str
            The documents.

        Returns
        -------
        ndarray of float64, shape (n_documents, n_themes) or (n_documents,)
            Intercept plus the contributions of the terms. With ``multi_label``, a theme that one
            section of about a hundred terms speaks for more than the whole document does has the
            section's score, less :data:`SECTION_COST`. Without it, and with two classes, the
            score of the second less that of the first, as scikit-learn has it.

        Examples
        --------
        >>> y = ["camp", "court"] * 10
        >>> classifier = ThemeClassifier(multi_label=False)
        >>> classifier = classifier.fit(["refugees fled", "the judge ruled"] * 10, y)
        >>> (classifier.decision_function(["refugees fled", "a judge"]) > 0).tolist()
        [False, True]
        """
        scores = self._scores(texts)
        if not self.multi_label and scores.shape[1] == 2:
            return np.asarray(scores[:, 1] - scores[:, 0])
        return scores

    def _scores(self, texts: Any) -> NDArray[np.float64]:
        self._check_fitted()
        return self.vectorizer_.linear_scores(
            as_documents(texts), self.coef_, self.intercept_, self._section_cost
        )

    @property
    def _section_cost(self) -> NDArray[np.float64] | None:
        return SECTION_COST / self.calibration_slope_ if self.multi_label else None

    def weights_and_scores(self, texts: Any) -> tuple[sp.csr_matrix, NDArray[np.float64]]:
        """Term weights of documents, of length one, and their scores.

        Parameters
        ----------
        texts : Corpus, Arrow column, or iterable of str
            The documents.

        Returns
        -------
        weights : csr_matrix of float32, shape (n_documents, n_terms)
            As the model sees the documents.
        scores : ndarray of float64, shape (n_documents, n_themes)
            A column for each class.

        Examples
        --------
        >>> themes = {"aid": ["camp"], "law": ["court"]}
        >>> model = ThemeClassifier(themes).fit(["a camp", "a court"] * 5)
        >>> weights, scores = model.weights_and_scores(["a camp"])
        >>> weights.shape[0], scores.shape
        (1, (1, 2))
        """
        self._check_fitted()
        sequences = self.vectorizer_.sequences(as_documents(texts))
        return self._weights(sequences), self.score_sequences(sequences)

    def score_sequences(self, sequences: TermSequences) -> NDArray[np.float64]:
        """Scores of documents that the vectorizer has read.

        Parameters
        ----------
        sequences : TermSequences
            Their terms.

        Returns
        -------
        ndarray of float64, shape (n_documents, n_themes)
            A column for each class; a row does not depend on the others.

        Examples
        --------
        >>> themes = {"aid": ["camp"], "law": ["court"]}
        >>> model = ThemeClassifier(themes).fit(["a camp", "a court"] * 5)
        >>> model.score_sequences(model.vectorizer_.sequences(["a camp"])).shape
        (1, 2)
        """
        return linear_scores(
            sequences.parts(),
            self.vectorizer_.smoothed_idf_,
            self.coef_,
            self.intercept_,
            self._section_cost,
            self.n_jobs,
        )

    def predict_proba(self, texts: Any) -> NDArray[np.float64]:
        """Probability of each theme, calibrated where there were labels (``calibrated_``).

        Parameters
        ----------
        texts : Corpus, Arrow column, or iterable of str
            The documents.

        Returns
        -------
        ndarray of float64, shape (n_documents, n_themes)
            In the order of ``classes_``; rows sum to 1 unless ``multi_label``.

        Examples
        --------
        >>> themes = {"aid": ["camp"], "law": ["court"]}
        >>> model = ThemeClassifier(themes).fit(["a camp", "a court"] * 5)
        >>> model.predict_proba(["a camp"]).argmax()
        np.int64(0)
        """
        return self.probabilities(self._scores(texts))

    def novelty(self, texts: Any) -> NDArray[np.float64]:
        """How likely documents are about something that no theme stands for.

        Parameters
        ----------
        texts : Corpus, Arrow column, or iterable of str
            The documents.

        Returns
        -------
        ndarray of float64, shape (n_documents,)
            From 0 to 1. With seeds, a linear model of what in the corpus stood near no theme; with
            labels alone, the distance of the likeliest theme from 1. Where less than half of a
            text's words are known, the rest of the way to 1 is gone in proportion: a text in a
            language that was not learnt is new.

        Examples
        --------
        >>> texts = ["refugees fled to the camp", "the court tried a judge", "rain and sun"] * 20
        >>> themes = {"camp": ["refugees", "fled"], "court": ["judge", "tried"]}
        >>> classifier = ThemeClassifier(themes).fit(texts)
        >>> camp, sun, words = classifier.novelty(["refugees fled", "rain and sun", "il pleut"])
        >>> bool(camp < sun), float(words)
        (True, 1.0)
        """
        self._check_fitted()
        documents = as_documents(texts)
        known = self.vectorizer_.known_share(documents)
        return self.novelty_of(*self.weights_and_scores(documents), known)

    def novelty_of(
        self, weights: sp.csr_matrix, scores: NDArray[np.float64], known: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Novelty that goes with what else is known of documents.

        Parameters
        ----------
        weights : csr_matrix of float32, shape (n_documents, n_terms)
            As of :meth:`weights_and_scores`.
        scores : ndarray of float64, shape (n_documents, n_themes)
            As of :meth:`weights_and_scores`.
        known : ndarray of float64, shape (n_documents,)
            Share of the words of each that are known, but for stop words.

        Returns
        -------
        ndarray of float64, shape (n_documents,)
            As of :meth:`novelty`.

        Examples
        --------
        >>> themes = {"aid": ["camp"], "law": ["court"]}
        >>> model = ThemeClassifier(themes).fit(["a camp", "a court"] * 5)
        >>> weights, scores = model.weights_and_scores(["a camp"])
        >>> model.novelty_of(weights, scores, np.ones(1)).shape
        (1,)
        """
        if self.novelty_coef_.size:
            against = (weights @ self.novelty_coef_).astype(np.float64)
            new = sigmoid(against + self.novelty_intercept_)
        else:
            new = 1 - self.probabilities(scores).max(axis=1)
        return 1 - (1 - new) * np.minimum(1, 2 * known)

    def predict(self, texts: Any) -> NDArray[Any]:
        """Labels of documents.

        Parameters
        ----------
        texts : Corpus, Arrow column, or iterable of str
            The documents.

        Returns
        -------
        ndarray, shape (n_documents,)
            Names, None below ``min_probability``; with ``multi_label`` tuples of names, best first,
            empty where nothing fits.

        Examples
        --------
        >>> themes = {"aid": ["camp"], "law": ["court"]}
        >>> model = ThemeClassifier(themes).fit(["a camp", "a court"] * 5)
        >>> model.predict(["a camp", "a camp beside a court", "nothing known"]).tolist()
        [('aid',), ('law', 'aid'), ()]
        """
        probabilities = self.predict_proba(texts)
        if self._gives_indicators:
            return np.asarray(probabilities >= self.thresholds_, np.int64)
        return self.choose(probabilities)

    def choose(self, probabilities: NDArray[np.float64]) -> NDArray[Any]:
        """Labels that go with probabilities, as :meth:`predict` gives them.

        Parameters
        ----------
        probabilities : ndarray, shape (n_documents, n_themes)
            As of :meth:`predict_proba`.

        Returns
        -------
        ndarray, shape (n_documents,)
            Names, or tuples of names.

        Examples
        --------
        >>> themes = {"aid": ["camp"], "law": ["court"]}
        >>> model = ThemeClassifier(themes).fit(["a camp", "a court"] * 5)
        >>> model.choose(np.array([[0.99, 0.01]])).tolist()
        [('aid',)]
        """
        if not self.multi_label:
            best = self.classes_[probabilities.argmax(axis=1)]
            if self.min_probability <= 0:
                return np.asarray(best)
            sure = probabilities.max(axis=1) >= self.min_probability
            return np.array(
                [name if s else None for name, s in zip(best.tolist(), sure, strict=True)], object
            )
        chosen = np.empty(len(probabilities), object)
        rows, columns = np.nonzero(probabilities >= self.thresholds_)
        order = np.lexsort((columns, -probabilities[rows, columns], rows))
        names = self.classes_[columns[order]].tolist()
        ends = np.searchsorted(rows, np.arange(len(probabilities) + 1)).tolist()
        for i, (first, last) in enumerate(pairwise(ends)):
            chosen[i] = tuple(names[first:last])
        return chosen

    def label_tuples(self, probabilities: NDArray[np.float64]) -> list[tuple[Any, ...]]:
        """Labels that go with probabilities as tuples, with or without ``multi_label``.

        Parameters
        ----------
        probabilities : ndarray, shape (n_documents, n_themes)
            As of :meth:`predict_proba`.

        Returns
        -------
        list of tuple
            Names of each document, best first; empty where it has no label.

        Examples
        --------
        >>> themes = {"aid": ["camp"], "law": ["court"]}
        >>> model = ThemeClassifier(themes).fit(["a camp", "a court"] * 5)
        >>> model.label_tuples(np.array([[0.99, 0.01], [0.0, 0.0]]))
        [('aid',), ()]
        """
        chosen = self.choose(probabilities).tolist()
        if self.multi_label:
            return list(chosen)
        return [() if name is None else (name,) for name in chosen]

    def score(self, texts: Any, y: Iterable[Any]) -> float:
        """Share of documents whose labels are exactly right.

        Parameters
        ----------
        texts : Corpus, Arrow column, or iterable of str
            The documents.
        y : iterable
            Names or lists of names; documents with None are left out.

        Returns
        -------
        float
            From 0 to 1.

        Raises
        ------
        TopicsError
            If no document has a label.

        Examples
        --------
        >>> texts, y = ["a camp", "a court"] * 5, ["aid", "law"] * 5
        >>> ThemeClassifier(multi_label=False).fit(texts, y).score(texts, y)
        1.0
        """
        given = self.label_tuples(self.predict_proba(texts))
        pairs = zip(given, check_labels(y, len(given)), strict=True)
        right = [set(labels) == set(truth) for labels, truth in pairs if truth is not None]
        if not right:
            raise TopicsError("no release has a label to compare with", "give some labels")
        return float(np.mean(right))

    def just_missed(self, texts: Any, share: float = 0.6) -> list[list[Missed]]:
        """Labels that documents are near to and do not get.

        Parameters
        ----------
        texts : Corpus, Arrow column, or iterable of str
            The documents.
        share : float, default=0.6
            Of a theme's threshold, from which on a document is near.

        Returns
        -------
        list of list of Missed
            For each document its labels, the nearest first; none without ``multi_label``, and not
            the likeliest one of a document without labels, which :meth:`explain` shows.

        Examples
        --------
        >>> themes = {"aid": ["camp"], "law": ["court"]}
        >>> classifier = ThemeClassifier(themes).fit(["a camp", "a court"] * 5)
        >>> [missed.label for missed in classifier.just_missed(["a camp"], 0.0)[0]]
        ['law']
        """
        probabilities = self.predict_proba(texts)
        if not self.multi_label:
            return [[] for _ in probabilities]
        near = (probabilities < self.thresholds_) & (probabilities >= share * self.thresholds_)
        # Where no label is given, the likeliest is explained as such.
        none = ~(probabilities >= self.thresholds_).any(axis=1)
        near[none, probabilities[none].argmax(axis=1)] = False
        names, limits = self.classes_.tolist(), self.thresholds_.tolist()
        return [
            sorted(
                (Missed(names[k], float(row[k]), limits[k]) for k in np.flatnonzero(is_near)),
                key=lambda missed: missed.threshold - missed.score,
            )
            for row, is_near in zip(probabilities, near, strict=True)
        ]

    def explain(
        self,
        text: str | Mapping[str, Any],
        labels: Any = None,
        *,
        reference_texts: Any = None,
        n_nearest: int = 3,
    ) -> list[Explanation]:
        """Terms and sentence that speak for each label of a text.

        Parameters
        ----------
        text : str or mapping
            A document, or a release of a corpus, whose title is read with its text.
        labels : str, int, iterable or None, default=None
            The labels to explain; None takes those predicted, or the likeliest one where none is,
            which is then marked as not given.
        reference_texts : Corpus, Arrow column, iterable of str or None, default=None
            Documents, such as those learnt from, among which the most alike are looked for. The
            text itself is passed over.
        n_nearest : int, default=3
            How many of them.

        Returns
        -------
        list of Explanation
            The likeliest label first.

        Raises
        ------
        TopicsError
            If a label is no theme.

        Examples
        --------
        >>> y = ["camp", "court"] * 10
        >>> classifier = ThemeClassifier().fit(["refugees fled", "the judge ruled"] * 10, y)
        >>> [explanation] = classifier.explain("The judge ruled. Nobody fled.")
        >>> explanation.label, explanation.sentence
        ('court', 'The judge ruled.')
        """
        self._check_fitted()
        if isinstance(text, Mapping):
            text = text_of_release(text)
        sequences = self.vectorizer_.sequences(as_documents([text]))
        probability = self.probabilities(self.score_sequences(sequences))[0]
        cost = self._section_cost
        weights = self._weights(sequences if cost is None else sequences.with_sections())
        nearest: list[tuple[int, float]] = []
        if reference_texts is not None:
            alike = (self.weights_and_scores(reference_texts)[0] @ weights[0].T).toarray().ravel()
            # A text is not like itself.
            alike[np.asarray(pc.equal(as_documents(reference_texts), as_documents([text])[0]))] = 0
            best = np.argsort(-alike, kind="stable")[: max(n_nearest, 0)]
            nearest = [(int(row), float(alike[row])) for row in best if alike[row] > 0]
        given = self.label_tuples(probability[None])[0]
        if labels is None:
            labels = given
        names = self.classes_.tolist()
        wanted = [labels] if isinstance(labels, (str, int, np.integer)) else list(labels)
        if strange := [str(label) for label in wanted if label not in names]:
            raise TopicsError(
                f"{', '.join(strange)} is no theme", f"take of {', '.join(map(str, names))}"
            )
        columns = [names.index(label) for label in wanted] or [int(probability.argmax())]
        standing = self.vectorizer_.words_of_terms(text)
        explanations = []
        for k, sentence in zip(columns, self.sentences([text], [columns])[0], strict=True):
            intercepts = np.full(weights.shape[0], float(self.intercept_[k]))
            if cost is not None:
                intercepts[1:] -= cost[k]
            row = int((weights @ self.coef_[:, k] + intercepts).argmax())
            said = weights[row]
            terms = [standing.get(t, t) for t in self.vectorizer_.terms_at(said.indices)]
            parts = said.data.astype(np.float64) * self.coef_[said.indices, k]
            explanations.append(
                Explanation(
                    names[k],
                    float(probability[k]),
                    *explain_score(terms, parts, intercepts[row]),
                    sentence,
                    nearest,
                    self.calibrated_,
                    names[k] in given,
                    float(self.thresholds_[k]),
                )
            )
        return sorted(explanations, key=lambda e: -e.probability)

    def _repr_html_(self) -> str:
        """For notebooks: the parameters, and the themes where the model is fitted."""
        if not hasattr(self, "coef_"):
            return f"<p><code>{html.escape(repr(self))}</code></p>"
        kind = "calibrated" if self.calibrated_ else "scores, no probabilities"
        named = f"<p>ThemeClassifier of {self.classes_.size} themes ({kind})</p>"
        # Of the terms that stand in releases: a background's are not in every reader's language.
        n = self.vectorizer_.n_learnt_terms_
        terms = self.vectorizer_.get_feature_names_out()[:n]
        rows = "".join(
            f"<tr><td>{html.escape(str(name))}</td><td>{self.thresholds_[k]:.2f}</td><td>"
            + html.escape(", ".join(terms[np.argsort(-self.coef_[:n, k], kind="stable")[:8]]))
            + "</td></tr>"
            for k, name in enumerate(self.classes_.tolist())
        )
        heads = "<th>theme</th><th>given from</th><th>heaviest terms</th>"
        return f"{named}<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"

    def sentences(self, texts: Sequence[str], columns: Sequence[Sequence[int]]) -> list[list[str]]:
        """The sentence of each text that speaks most for each of some classes.

        Parameters
        ----------
        texts : sequence of str
            Documents.
        columns : sequence of sequence of int
            For each text numbers of classes.

        Returns
        -------
        list of list of str
            For each text one a class; empty strings for an empty text.

        Examples
        --------
        >>> themes = {"aid": ["camp"], "law": ["court"]}
        >>> model = ThemeClassifier(themes).fit(["a camp", "a court"] * 5)
        >>> model.sentences(["The court sat. Aid reached the camp."], [[0, 1]])
        [['Aid reached the camp.', 'The court sat.']]
        """
        return best_sentences(as_documents(texts), columns, self._sentence_scores)

    def _sentence_scores(
        self, sentences: pa.LargeStringArray, columns: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        sequences = self.vectorizer_.sequences(sentences)
        return scores_in_columns(
            sequences, columns, self.vectorizer_.smoothed_idf_, self.coef_, norm=None
        )

    def _weights(self, sequences: TermSequences) -> sp.csr_matrix:
        n_terms = self.vectorizer_.n_terms_
        counts = sequences.counts(n_terms, np.float32, self.n_jobs)
        return tfidf_weights(counts, self.vectorizer_.smoothed_idf_, n_jobs=self.n_jobs)

    def probabilities(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """Probabilities that go with scores.

        Parameters
        ----------
        scores : ndarray of float64, shape (n_documents, n_themes)
            A column for each class, as of :meth:`weights_and_scores`.

        Returns
        -------
        ndarray of float64, shape (n_documents, n_themes)
            As of :meth:`predict_proba`.

        Examples
        --------
        >>> themes = {"aid": ["camp"], "law": ["court"]}
        >>> model = ThemeClassifier(themes).fit(["a camp", "a court"] * 5)
        >>> bool((model.probabilities(model.decision_function(["a camp"])) <= 1).all())
        True
        """
        odds = sigmoid(scores * self.calibration_slope_ + self.calibration_intercept_)
        return odds if self.multi_label else odds / odds.sum(axis=1, keepdims=True)


def _spread(scores: NDArray[Any]) -> float:
    """How far the scores of a document lie from their mean, over all documents."""
    return max(float((scores - scores.mean(axis=1, keepdims=True)).std()), 1e-9)


def to_classifier(model: Any) -> ThemeClassifier:
    """The classifier of a model, or a clear error.

    Parameters
    ----------
    model : ThemeClassifier or Labeller
        A fitted model.

    Returns
    -------
    ThemeClassifier
        Itself, or the one of a Labeller.

    Raises
    ------
    TopicsError
        If it has none.

    Examples
    --------
    >>> model = ThemeClassifier({"aid": ["camp"], "law": ["court"]}).fit(["a camp", "a court"] * 5)
    >>> to_classifier(model) is model
    True
    """
    found = getattr(model, "classifier", model)
    if not isinstance(found, ThemeClassifier):
        raise TopicsError(f"the {type(model).__name__} has no themes", "give a ThemeClassifier")
    found._check_fitted()
    return found
