"""How good topics are: coherence, diversity, exclusivity, agreement, stability."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from itertools import combinations
from typing import Any, Literal

import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike, NDArray

from topics._errors import TopicsError
from topics._estimator import check_finite
from topics._math.arrays import npmi, unit_rows, unit_sum_rows
from topics._parallel import one_blas_thread, over_shards
from topics.text.term_sequences import TermSequences

EPSILON = 1e-12
_WINDOWS = {"npmi": 10, "c_v": 110, "u_mass": 0}
_DOCUMENTS_PER_SHARD = 1024

Measure = Literal["npmi", "c_v", "u_mass"]


def coherence(
    words: Sequence[Sequence[str]],
    documents: Any,
    *,
    measure: Measure = "npmi",
    window: int | None = None,
    vectorizer: Any = None,
    n_jobs: int | None = None,
) -> NDArray[np.float64]:
    """How well the words of each topic go together in documents.

    The measures are gensim's: ``npmi`` is normalised pointwise mutual information over windows of
    10 tokens [1]_, ``c_v`` the cosine of vectors of it over windows of 110 [2]_, ``u_mass`` the
    logarithm of conditional probabilities over whole documents [3]_. Measured on the documents that
    the topics were learnt from, coherence flatters; on others it tells what a reader will see.

    Parameters
    ----------
    words : sequence of sequence of str
        Words of each topic, the best first.
    documents : Corpus, Arrow column, sequence of str, or sequence of sequence of str
        Where the words are looked for: texts, read by ``vectorizer``, or lists of tokens.
    measure : {"npmi", "c_v", "u_mass"}, default="npmi"
        Which coherence.
    window : int or None, default=None
        Tokens of a window; None takes the measure's own, and ``u_mass`` has none.
    vectorizer : TermVectorizer or None, default=None
        A fitted one, for texts: its tokens are counted, without stop words and rare ones.
    n_jobs : int or None, default=None
        Threads; the result does not depend on it.

    Returns
    -------
    ndarray of float64, shape (n_topics,)
        From -1 to 1 for ``npmi``, to 1 for ``c_v``, up to 0 for ``u_mass``; a topic of one word,
        or of none that stands in the documents, has nan.

    Raises
    ------
    TopicsError
        If the measure is unknown, or texts come without a vectorizer.

    References
    ----------
    .. [1] Bouma (2009), "Normalized (pointwise) mutual information in collocation extraction".
    .. [2] Röder, Both, Hinneburg (2015), "Exploring the space of topic coherence measures", WSDM.
    .. [3] Mimno, Wallach, Talley, Leenders, McCallum (2011), "Optimizing semantic coherence in
       topic models", EMNLP.

    Examples
    --------
    >>> papers = [["camp", "aid"], ["camp", "aid", "tents"], ["court", "judge"], ["court"]] * 9
    >>> coherence([["camp", "aid"], ["camp", "judge"]], papers).round(1).tolist()
    [1.0, -0.9]
    """
    if measure not in _WINDOWS:
        raise TopicsError(f"measure={measure!r} is unknown", f"give one of {', '.join(_WINDOWS)}")
    relevant = sorted({word for topic in words for word in topic})
    place = {word: i for i, word in enumerate(relevant)}
    sequences = _relevant(documents, vectorizer, place)
    size = _WINDOWS[measure] if window is None else window
    joint, n = window_cooccurrences(
        sequences, len(relevant), size if measure != "u_mass" else 0, n_jobs
    )
    score = {"npmi": _npmi, "c_v": _c_v, "u_mass": _u_mass}[measure]
    topics = [[place[word] for word in topic] for topic in words]
    found = [bool(joint[topic, topic].any()) for topic in topics]
    if not all(found):
        warnings.warn(
            f"{found.count(False)} of {len(found)} topics have no word that stands in the "
            "documents, and no coherence there",
            stacklevel=2,
        )
    if missing := sorted({
        word for topic, known in zip(words, found, strict=True) for word in topic
        if known and not joint[place[word], place[word]]
    }):  # fmt: skip
        shown = ", ".join(missing[:5]) + ", ..." * (len(missing) > 5)
        warnings.warn(
            f"words of topics that stand in none of the documents: {shown} ({len(missing)} in "
            "all); they count as never met with the others",
            stacklevel=2,
        )
    return np.array([
        score(joint[np.ix_(topic, topic)] / max(n, 1)) if len(topic) > 1 and known else np.nan
        for topic, known in zip(topics, found, strict=True)
    ])  # fmt: skip


def window_cooccurrences(
    sequences: TermSequences, n_terms: int, window: int, n_jobs: int | None = None
) -> tuple[NDArray[np.int64], int]:
    """Number of windows that hold each pair of terms, and of all windows.

    Parameters
    ----------
    sequences : TermSequences
        The documents, with -1 for terms of no interest.
    n_terms : int
        How many there are of interest.
    window : int
        Tokens of a window; 0 takes whole documents.
    n_jobs : int or None, default=None
        Threads; the result does not depend on it.

    Returns
    -------
    joint : ndarray of int64, shape (n_terms, n_terms)
        On the diagonal, the windows that hold a term.
    n_windows : int
        All windows.

    Examples
    --------
    >>> papers = TermSequences(np.array([0, 3]), np.array([0, -1, 1], np.int32))
    >>> window_cooccurrences(papers, 2, 2)[0].tolist()
    [[1, 0], [0, 1]]
    """
    from topics._kernels.windows import count_windows

    lengths = np.diff(sequences.offsets)
    size = window or max(int(lengths.max(initial=0)), 1)

    def work(low: int, high: int) -> tuple[NDArray[np.int64], int]:
        joint = np.zeros((n_terms, n_terms), np.int64)
        return joint, count_windows(
            sequences.offsets, sequences.ids, low, high, n_terms, size, joint
        )

    parts = over_shards(work, len(sequences), _DOCUMENTS_PER_SHARD, n_jobs)
    joint = np.zeros((n_terms, n_terms), np.int64)
    for part, _ in parts:
        joint += part
    return joint, sum(part[1] for part in parts)


def term_npmi(
    topics: Sequence[Sequence[int]],
    sequences: TermSequences,
    n_terms: int,
    *,
    window: int = 10,
    n_jobs: int | None = None,
) -> NDArray[np.float64]:
    """As :func:`coherence` by ``npmi``, of numbers of terms in sequences of them.

    Parameters
    ----------
    topics : sequence of sequence of int
        Terms of each topic.
    sequences : TermSequences
        Where they are looked for.
    n_terms : int
        Size of the vocabulary.
    window : int, default=10
        Tokens of a window.
    n_jobs : int or None, default=None
        Threads; the result does not depend on it.

    Returns
    -------
    ndarray of float64, shape (n_topics,)
        nan for a topic of less than two terms.

    Examples
    --------
    >>> papers = TermSequences(np.array([0, 2, 3]), np.array([0, 1, 2], np.int32))
    >>> term_npmi([[0, 1], [0, 2], [1]], papers, 3).round(1).tolist()
    [1.0, -0.9, nan]
    """
    used = np.unique(np.concatenate([np.empty(0, np.int64), *map(np.asarray, topics)]))
    used = used.astype(np.int64)
    words = map_terms(sequences, used, n_terms)
    joint, n_windows = window_cooccurrences(words, used.size, window, n_jobs)
    placed = [np.searchsorted(used, topic) for topic in topics]
    return np.array([
        _npmi(joint[np.ix_(topic, topic)] / max(n_windows, 1))
        if len(topic) > 1
        else np.nan
        for topic in placed
    ])  # fmt: skip


def map_terms(sequences: TermSequences, used: NDArray[np.integer], n_terms: int) -> TermSequences:
    """Sequences of the places that terms have in ``used``, -1 for all others.

    Parameters
    ----------
    sequences : TermSequences
        The documents.
    used : ndarray of int
        Numbers of the terms of interest.
    n_terms : int
        Size of the vocabulary.

    Returns
    -------
    TermSequences
        As long as the documents.

    Examples
    --------
    >>> papers = TermSequences(np.array([0, 3]), np.array([0, 1, 2], np.int32))
    >>> map_terms(papers, np.array([1, 2]), 3).ids.tolist()
    [-1, 0, 1]
    """
    places = np.full(n_terms, -1, np.int32)
    places[used] = np.arange(used.size)
    return TermSequences(sequences.offsets, places[sequences.ids])


def _relevant(documents: Any, vectorizer: Any, place: dict[str, int]) -> TermSequences:
    """The documents with the places of the words of interest, -1 for others."""
    if vectorizer is not None:
        sequences = vectorizer.sequences(documents)
        columns = np.full(vectorizer.n_terms_, -1, np.int32)
        for word, i in place.items():
            if word in vectorizer.vocabulary_:
                columns[vectorizer.vocabulary_[word]] = i
        return TermSequences(sequences.offsets, columns[sequences.ids])
    documents = list(documents)
    if any(isinstance(document, str) for document in documents):
        raise TopicsError(
            "the texts are not cut into tokens", "give lists of tokens, or a fitted vectorizer"
        )
    lengths = [len(document) for document in documents]
    ids = np.fromiter(
        (place.get(token, -1) for document in documents for token in document),
        np.int32,
        sum(lengths),
    )
    return TermSequences(np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]), ids)


def pair_npmi(joint: NDArray[np.floating]) -> NDArray[np.float64]:
    """Normalised pointwise mutual information of pairs, as gensim computes it.

    Parameters
    ----------
    joint : ndarray of float, shape (n, n)
        Probability that both terms of a pair are met, on the diagonal that of one.

    Returns
    -------
    ndarray of float64, shape (n, n)
        -1 where a term is never met.

    Examples
    --------
    >>> pair_npmi(np.array([[0.5, 0.5], [0.5, 0.5]])).round(6).tolist()
    [[1.0, 1.0], [1.0, 1.0]]
    """
    alone = np.diag(joint)
    found = npmi(joint + EPSILON, alone[:, None], alone[None])
    unmet = alone == 0
    found[unmet], found[:, unmet] = -1, -1
    return np.nan_to_num(found, nan=0.0)


def _npmi(joint: NDArray[np.float64]) -> float:
    return float(pair_npmi(joint)[~np.eye(len(joint), dtype=bool)].mean())


def _c_v(joint: NDArray[np.float64]) -> float:
    vectors = pair_npmi(joint)
    whole = vectors.sum(axis=0)
    norms = np.linalg.norm(vectors, axis=1) * np.linalg.norm(whole)
    return float(
        np.mean(np.divide(vectors @ whole, norms, out=np.zeros(len(norms)), where=norms > 0))
    )


def _u_mass(joint: NDArray[np.float64]) -> float:
    later, earlier = np.tril_indices(len(joint), -1)
    alone = np.diag(joint)[earlier]
    met = alone > 0
    scores = np.zeros(met.size)
    scores[met] = np.log((joint[later, earlier][met] + EPSILON) / alone[met])
    return float(scores.mean())


def topic_diversity(words: Sequence[Sequence[str]]) -> float:
    """Share of different words among all words shown [4]_.

    Parameters
    ----------
    words : sequence of sequence of str
        Words of each topic.

    Returns
    -------
    float
        1 where no word is shown twice.

    References
    ----------
    .. [4] Dieng, Ruiz, Blei (2020), "Topic modeling in embedding spaces", TACL 8.

    Examples
    --------
    >>> topic_diversity([["camp", "aid"], ["camp", "court"]])
    0.75
    """
    shown = [word for topic in words for word in topic]
    return len(set(shown)) / max(len(shown), 1)


def inverted_rbo(words: Sequence[Sequence[str]], persistence: float = 0.9) -> float:
    """How little the ranked words of topics overlap: one less the mean rank-biased overlap [5]_.

    Parameters
    ----------
    words : sequence of sequence of str
        Words of each topic, the best first.
    persistence : float, default=0.9
        How slowly the weight of a rank falls.

    Returns
    -------
    float
        1 where no two topics share a word, 0 where all are the same.

    References
    ----------
    .. [5] Webber, Moffat, Zobel (2010), "A similarity measure for indefinite rankings", ACM TOIS
       28, extrapolated; Terragni et al. (2021), "OCTIS", EACL.

    Examples
    --------
    >>> inverted_rbo([["camp", "aid"], ["court", "judge"]])
    1.0
    >>> inverted_rbo([["camp", "aid"], ["camp", "aid"]]) + 0.0
    0.0
    """
    overlaps = [_rbo(a, b, persistence) for a, b in combinations(words, 2)]
    return 1 - float(np.mean(overlaps)) if overlaps else 1.0


def _rbo(a: Sequence[str], b: Sequence[str], p: float) -> float:
    depth = min(len(a), len(b))
    if not depth:
        return 0.0
    agreement = [len({*a[:d]} & {*b[:d]}) / d for d in range(1, depth + 1)]
    ranks = np.arange(1, depth + 1)
    return float((1 - p) * np.sum(p ** (ranks - 1) * agreement) + agreement[-1] * p**depth)


def exclusivity(components: ArrayLike, words: Sequence[Sequence[int]]) -> NDArray[np.float64]:
    """How much of its words' weight each topic has for itself [6]_.

    Parameters
    ----------
    components : array, shape (n_topics, n_terms)
        Topic-term weights.
    words : sequence of sequence of int
        Numbers of the terms shown for each topic.

    Returns
    -------
    ndarray of float64, shape (n_topics,)
        Mean over the words of a topic's share in them, all topics being of one size.

    References
    ----------
    .. [6] Bischof, Airoldi (2012), "Summarizing topical content with word frequency and
       exclusivity", ICML.

    Examples
    --------
    >>> exclusivity([[1, 0, 1], [0, 1, 1]], [[0], [2]]).tolist()
    [1.0, 0.5]
    """
    weights = np.asarray(components, np.float64)
    weights = unit_sum_rows(weights)
    share = weights / np.maximum(weights.sum(axis=0), EPSILON)
    return np.array([
        share[t, list(its)].mean() if len(its) else np.nan for t, its in enumerate(words)
    ])  # fmt: skip


def match_topics(
    first: ArrayLike, second: ArrayLike
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The topic of another model that each topic is most like, no two sharing one.

    Parameters
    ----------
    first, second : array, shape (n_topics, n_terms) and (n_other, n_terms)
        Topic-term weights over the same terms.

    Returns
    -------
    partners : ndarray of int64, shape (n_topics,)
        Number of the topic in ``second``; -1 where there are too few.
    cosines : ndarray of float64, shape (n_topics,)
        Of the weights; 0 where there is no partner. Their sum is as large as can be.

    Raises
    ------
    ValueError
        If they are over different terms, or a weight is no number.

    Examples
    --------
    >>> match_topics([[1, 0], [0, 1]], [[0, 2], [3, 0]])[0].tolist()
    [1, 0]
    """
    from scipy.optimize import linear_sum_assignment

    ours, theirs = (np.asarray(topics, np.float64) for topics in (first, second))
    for topics in (ours, theirs):
        check_finite("a topic", topics)
    if ours.shape[1] != theirs.shape[1]:
        raise ValueError(f"topics over {ours.shape[1]} terms and over {theirs.shape[1]}")
    with one_blas_thread():
        likeness = unit_rows(ours, np.float64) @ unit_rows(theirs, np.float64).T
    rows, columns = linear_sum_assignment(-likeness)
    partners = np.full(len(likeness), -1, np.int64)
    cosines = np.zeros(len(likeness))
    partners[rows], cosines[rows] = columns, likeness[rows, columns]
    return partners, cosines


def stability(components: Sequence[ArrayLike]) -> float:
    """How alike several fits of one corpus are: mean cosine of matched topics over all pairs.

    Parameters
    ----------
    components : sequence of array, shape (n_topics, n_terms)
        Topic-term weights of each fit, such as with several seeds, over the same terms.

    Returns
    -------
    float
        1 where all fits gave the same topics.

    Examples
    --------
    >>> stability([[[1, 0], [0, 1]], [[0, 2], [3, 0]]])
    1.0
    """
    pairs = [match_topics(a, b)[1].mean() for a, b in combinations(components, 2)]
    return float(np.mean(pairs)) if pairs else 1.0


def class_agreement(topics: ArrayLike, classes: Sequence[Any]) -> dict[str, float]:
    """How well the topics of documents agree with classes that people gave them.

    Parameters
    ----------
    topics : array of int, shape (n_documents,)
        First topic of each document.
    classes : sequence, shape (n_documents,)
        Its class.

    Returns
    -------
    dict of str to float
        ``nmi`` (normalised mutual information), ``ari`` (adjusted Rand index) and ``purity`` (share
        of documents in the commonest class of their topic).

    Examples
    --------
    >>> class_agreement([0, 0, 1, 1], ["aid", "aid", "law", "law"])
    {'nmi': 1.0, 'ari': 1.0, 'purity': 1.0}
    """
    from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score
    from sklearn.metrics.cluster import contingency_matrix

    table = contingency_matrix(list(classes), np.asarray(topics))
    return {
        "nmi": float(normalized_mutual_info_score(list(classes), topics)),
        "ari": float(adjusted_rand_score(list(classes), topics)),
        "purity": float(table.max(axis=0).sum() / table.sum()),
    }


def word_intrusion(
    words: Sequence[Sequence[str]], random_state: Any = 0, n_words: int = 5
) -> list[tuple[list[str], str]]:
    """Items for people to judge topics by: a word that does not belong is to be found [8]_.

    Parameters
    ----------
    words : sequence of sequence of str
        Words of each topic, the best first; ten or more of each serve best.
    random_state : int, RandomState or None, default=0
        For the intruders and the order.
    n_words : int, default=5
        Words of the topic in each item.

    Returns
    -------
    list of (list of str, str)
        For each topic that has a possible intruder, the words to show, and the intruder: one of
        the first words of another topic that this one does not know.

    References
    ----------
    .. [8] Chang, Boyd-Graber, Gerrish, Wang, Blei (2009), "Reading tea leaves: how humans interpret
       topic models", NIPS.

    Examples
    --------
    >>> items = word_intrusion([["camp", "aid", "tents"], ["court", "judge"]], n_words=2)
    >>> [intruder in shown for shown, intruder in items]
    [True, True]
    """
    from sklearn.utils import check_random_state

    rng = check_random_state(random_state)
    items = []
    for topic, best in enumerate(words):
        others = [w for t, its in enumerate(words) if t != topic for w in its[:n_words]]
        strangers = [word for word in others if word not in best]
        if best and strangers:
            intruder = strangers[rng.randint(len(strangers))]
            shown = [*best[:n_words], intruder]
            items.append(([shown[i] for i in rng.permutation(len(shown))], intruder))
    return items


def split_tokens(
    counts: sp.csr_matrix, random_state: Any = 0
) -> tuple[sp.csr_matrix, sp.csr_matrix]:
    """Two halves of every document's tokens.

    Parameters
    ----------
    counts : csr_matrix, shape (n_documents, n_terms)
        Term counts.
    random_state : int, RandomState or None, default=0
        Which token goes where.

    Returns
    -------
    first, second : csr_matrix of float32, shape (n_documents, n_terms)
        Their sum is the matrix.

    Examples
    --------
    >>> first, second = split_tokens(sp.csr_matrix([[2, 5], [1, 0]]))
    >>> (first + second).toarray().tolist()
    [[2.0, 5.0], [1.0, 0.0]]
    """
    from sklearn.utils import check_random_state

    counts = sp.csr_matrix(counts, dtype=np.float32)
    half = counts.copy()
    half.data = check_random_state(random_state).binomial(counts.data.astype(np.int64), 0.5)
    half.data = half.data.astype(np.float32)
    rest = counts.copy()
    rest.data -= half.data
    for part in (half, rest):
        part.eliminate_zeros()
    return half, rest


def completion_perplexity(
    proportions: ArrayLike, probabilities: ArrayLike, counts: sp.csr_matrix
) -> float:
    """Perplexity of tokens by the topic proportions that other tokens of a document gave [7]_.

    Parameters
    ----------
    proportions : array, shape (n_documents, n_topics)
        Rows that sum to 1.
    probabilities : array, shape (n_topics, n_terms)
        Of terms in topics: rows that sum to 1.
    counts : csr_matrix, shape (n_documents, n_terms)
        The tokens to foretell: the other half of :func:`split_tokens`.

    Returns
    -------
    float
        exp(-mean log-likelihood of a token); lower is better.

    References
    ----------
    .. [7] Wallach, Murray, Salakhutdinov, Mimno (2009), "Evaluation methods for topic models",
       ICML.

    Examples
    --------
    >>> completion_perplexity([[1.0]], [[0.5, 0.5]], sp.csr_matrix([[3, 4]])).__round__(6)
    2.0
    """
    theta, phi = np.asarray(proportions, np.float32), np.asarray(probabilities, np.float32).T
    likelihood = 0.0
    for low in range(0, counts.shape[0], _DOCUMENTS_PER_SHARD):
        part = counts[low : low + _DOCUMENTS_PER_SHARD].tocoo()
        fitted = np.einsum("ij,ij->i", theta[low + part.row], np.ascontiguousarray(phi)[part.col])
        likelihood += float(part.data @ np.log(np.maximum(fitted, EPSILON, dtype=np.float64)))
    return float(np.exp(-likelihood / max(float(counts.sum()), 1)))
