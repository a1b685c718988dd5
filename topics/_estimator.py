"""scikit-learn's estimator contract, kept without importing scikit-learn.

A cold process that loads an artifact and labels one release should not wait for scikit-learn, so
the estimators inherit from :class:`Estimator` and not from ``sklearn.base.BaseEstimator``.
``clone``, ``Pipeline``, ``GridSearchCV`` and ``check_estimator`` ask for these few methods only.
"""

from __future__ import annotations

import inspect
import math
import sys
from collections.abc import Callable
from functools import cache, wraps
from numbers import Integral, Real
from typing import Any, Self, TypeVar, cast

F = TypeVar("F", bound=Callable[..., Any])


def restore_on_error(method: F) -> F:
    """A method of an estimator that leaves it, and those within it, as they were where it fails.

    Half of a new model beside half of an old one would label in silence, and wrongly. What an
    attribute holds is kept and not copied: methods put new arrays and lists in the place of old
    ones, and never write into those that a fitted model has.

    Parameters
    ----------
    method : callable
        Of a class whose state is its ``__dict__``.

    Returns
    -------
    callable
        The method; whatever it raises is raised again.

    Examples
    --------
    >>> import contextlib
    >>> class Counter:
    ...     n = 0
    ...     @restore_on_error
    ...     def count(self, by):
    ...         self.n = self.n + 1
    ...         self.n = self.n / by
    >>> counter = Counter()
    >>> with contextlib.suppress(ZeroDivisionError):
    ...     counter.count(0)
    >>> counter.n
    0
    """

    @wraps(method)
    def whole(self: Any, *args: Any, **kwargs: Any) -> Any:
        before = _states(self)
        try:
            return method(self, *args, **kwargs)
        except BaseException:
            for owner, state in before:
                vars(owner).clear()
                vars(owner).update(state)
            raise

    return cast(F, whole)


def _states(owner: Any) -> list[tuple[Any, dict[str, Any]]]:
    """Attributes of an object, and of the estimators that it holds."""
    state = dict(vars(owner))
    inner = [value for value in state.values() if isinstance(value, Estimator)]
    return [(owner, state), *(pair for value in inner for pair in _states(value))]


class NotFittedError(ValueError, AttributeError):
    """An estimator is used before it is fitted."""


@cache
def _parameters_of(estimator: Any) -> list[str]:
    return [name for name in inspect.signature(estimator).parameters if name != "self"]


class ReportMixin:
    """What a model has that a page can be made about."""

    def report(self, releases: Any = None, **options: Any) -> Any:
        """Make a page about the model and, where they are given, releases that it labels.

        Parameters
        ----------
        releases : Corpus or None, default=None
            As for :func:`topics.make_report`.
        **options : object
            Likewise.

        Returns
        -------
        topics.report.Report
            Shown in a notebook as it is; ``report.save("report.html")`` saves it.

        Examples
        --------
        >>> from topics import TopicModel
        >>> texts = ["Aid reached the camp.", "The court freed detainees."] * 20
        >>> "The court freed detainees." in TopicModel(2).fit(texts).report().html
        True
        """
        # The page knows the models, and no model knows the page: the package's list of public names
        # finds it when it is asked for.
        return sys.modules["topics"].make_report(self, releases, **options)


class Estimator:
    """Base of all estimators: parameters by introspection, tags, a plain repr."""

    _estimator_type: str | None = None
    _reads_weights = False
    n_features_in_: int

    @classmethod
    def _parameter_names(cls) -> list[str]:
        return _parameters_of(cls)  # type: ignore[arg-type]

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Parameters as given to the constructor.

        Parameters
        ----------
        deep : bool, default=True
            Also the parameters of nested estimators, as ``name__parameter``.

        Returns
        -------
        dict
            Parameter name to value.

        Examples
        --------
        >>> from topics import NMF
        >>> NMF(5).get_params()["n_components"]
        5
        """
        params: dict[str, Any] = {}
        for name in self._parameter_names():
            value = getattr(self, name)
            params[name] = value
            if deep and hasattr(value, "get_params") and not isinstance(value, type):
                params |= {f"{name}__{key}": inner for key, inner in value.get_params().items()}
        return params

    @restore_on_error
    def set_params(self, **params: Any) -> Self:
        """Set parameters, nested ones as ``name__parameter``.

        Parameters
        ----------
        **params : object
            Values by name.

        Returns
        -------
        Estimator
            The estimator itself.

        Raises
        ------
        ValueError
            If a name is no parameter of the estimator.

        Examples
        --------
        >>> from topics import NMF
        >>> NMF(5).set_params(n_components=7).n_components
        7
        """
        names = self._parameter_names()
        for key, value in params.items():
            name, nested, rest = key.partition("__")
            if name not in names:
                raise ValueError(
                    f"{type(self).__name__} has no parameter {name!r}; it has {', '.join(names)}"
                )
            if nested:
                getattr(self, name).set_params(**{rest: value})
            else:
                setattr(self, name, value)
        return self

    def __repr__(self) -> str:
        defaults = inspect.signature(type(self)).parameters
        given = []
        for name, value in self.get_params(deep=False).items():
            if hasattr(value, "shape"):
                given.append(f"{name}=<array of shape {value.shape}>")
            elif value is not defaults[name].default and value != defaults[name].default:
                given.append(f"{name}={value!r}")
        return f"{type(self).__name__}({', '.join(given)})"

    def __sklearn_is_fitted__(self) -> bool:
        return any(name.endswith("_") and not name.startswith("_") for name in vars(self))

    def _check_fitted(self) -> None:
        if not self.__sklearn_is_fitted__():
            raise NotFittedError(f"this {type(self).__name__} is not fitted: call fit first")

    def _check_whole(self, **minimum: int) -> None:
        """Parameters that must be whole numbers of at least so much, or None."""
        for name, low in minimum.items():
            value = getattr(self, name)
            if value is not None and not (
                isinstance(value, Integral) and not isinstance(value, bool) and int(value) >= low
            ):
                raise ValueError(f"{name}={value!r} is not a whole number of at least {low}")

    def _check_real(self, **maximum: float) -> None:
        """Parameters that must be numbers from 0 to so much, or None."""
        for name, high in maximum.items():
            value = getattr(self, name)
            if value is not None and not (isinstance(value, Real) and 0 <= float(value) <= high):
                up_to = f"from 0 to {high:g}" if high < math.inf else "of at least 0"
                raise ValueError(f"{name}={value!r} is not a number {up_to}")

    def __sklearn_tags__(self) -> Any:
        from sklearn.utils import ClassifierTags, InputTags, Tags, TargetTags, TransformerTags

        kind = self._estimator_type
        return Tags(
            estimator_type=kind,
            target_tags=TargetTags(required=False),
            transformer_tags=TransformerTags(preserves_dtype=[])
            if hasattr(self, "transform")
            else None,
            classifier_tags=ClassifierTags() if kind == "classifier" else None,
            input_tags=InputTags(
                two_d_array=self._reads_weights,
                sparse=self._reads_weights,
                positive_only=self._reads_weights,
                string=not self._reads_weights,
            ),
        )


def check_finite(name: str, values: Any) -> None:
    """An error where numbers are not finite.

    Parameters
    ----------
    name : str
        What they are.
    values : ndarray
        The numbers.

    Raises
    ------
    ValueError
        If one of them is NaN or infinite.

    Examples
    --------
    >>> check_finite("scores", [0.5, 1.0])
    """
    import numpy as np

    if not np.isfinite(values).all():
        raise ValueError(f"{name} holds a value that is not finite (NaN or infinity)")


def check_matrix(estimator: Estimator, X: Any, reset: bool = False) -> Any:
    """A matrix of finite weights of at least zero, as scikit-learn's validation has it.

    Parameters
    ----------
    estimator : Estimator
        Whose ``n_features_in_`` is set where ``reset``, and compared else.
    X : array or sparse matrix
        What a user gave.
    reset : bool, default=False
        Whether the estimator is being fitted.

    Returns
    -------
    ndarray or csr_matrix, shape (n_documents, n_terms)
        Of float32 or float64.

    Raises
    ------
    ValueError
        If X is not a matrix, or holds a value that is not finite or below zero, or has another
        number of columns than the estimator was fitted on.

    Examples
    --------
    >>> from topics import NMF
    >>> check_matrix(NMF(2).fit([[1.0, 0.0], [0.0, 1.0]]), [[1.0, 2.0]]).shape
    (1, 2)
    """
    import scipy.sparse as sp

    if sp.issparse(X) and X.format == "csr" and X.dtype in ("float32", "float64") and not reset:
        matrix = X
    else:
        from sklearn.utils import check_array

        matrix = check_array(X, accept_sparse="csr", dtype=["float64", "float32"])
    values = matrix.data if sp.issparse(matrix) else matrix
    if sp.issparse(matrix):
        # Kernels follow the indices wherever they lead.
        matrix.check_format(full_check=True)
    if values.size:
        low, high = float(values.min()), float(values.max())
        if not (math.isfinite(low) and math.isfinite(high)):
            raise ValueError("X holds a value that is not finite (NaN or infinity)")
        if low < 0:
            raise ValueError(f"Negative values in data passed to {type(estimator).__name__}")
    if reset:
        estimator.n_features_in_ = matrix.shape[1]
    elif matrix.shape[1] != estimator.n_features_in_:
        raise ValueError(
            f"X has {matrix.shape[1]} features, but {type(estimator).__name__} is expecting "
            f"{estimator.n_features_in_} features as input"
        )
    return matrix


def check_output_kind(transform: str | None, estimator: Any) -> str:
    """What ``set_output`` asks for, or a clear error.

    Parameters
    ----------
    transform : {"default", "pandas"} or None
        None keeps what was asked for before.
    estimator : Estimator
        Whose output it is.

    Returns
    -------
    str
        "default" or "pandas".

    Raises
    ------
    ValueError
        If it is something else.

    Examples
    --------
    >>> check_output_kind("pandas", Estimator())
    'pandas'
    """
    if transform not in ("default", "pandas", None):
        raise ValueError(f"transform={transform!r} is not default or pandas")
    return transform or vars(estimator).get("_transform_output", "default")


def as_output(estimator: Any, rows: Any, texts: Any) -> Any:
    """Rows as they are, or as a data frame where ``set_output`` asked for one.

    Parameters
    ----------
    estimator : Estimator
        Names the columns.
    rows : ndarray or sparse matrix, shape (n_documents, n_columns)
        What was computed.
    texts : object
        What it was computed of; the index of a pandas object is kept.

    Returns
    -------
    ndarray, sparse matrix or pandas.DataFrame
        The rows.

    Examples
    --------
    >>> from topics import TermVectorizer
    >>> as_output(TermVectorizer(), [[1, 0]], ["aid"])
    [[1, 0]]
    """
    if vars(estimator).get("_transform_output", "default") == "default":
        return rows
    import pandas as pd
    import scipy.sparse as sp

    frame = pd.DataFrame.sparse.from_spmatrix if sp.issparse(rows) else pd.DataFrame
    found = frame(rows, columns=estimator.get_feature_names_out())
    if isinstance(texts, (pd.Series, pd.DataFrame)):
        found.index = texts.index
    return found
