"""What all estimators of topics have in common."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from topics._estimator import Estimator, restore_on_error


class Decomposition(Estimator):
    """Base of the estimators that find topics in a document-term matrix."""

    _reads_weights = True
    n_components: int
    components_: NDArray[Any]

    @property
    def n_components_(self) -> int:
        """Number of components that there are: after a split it is not the parameter's.

        Examples
        --------
        >>> from topics import NMF
        >>> NMF(2).fit([[1.0, 0.0], [0.0, 1.0]]).n_components_
        2
        """
        return len(self.components_)

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Names of the components, as scikit-learn gives them.

        Parameters
        ----------
        input_features : None
            Ignored.

        Returns
        -------
        ndarray of str, shape (n_components,)
            Such as ``nmf0``.

        Examples
        --------
        >>> from topics import NMF
        >>> NMF(2).fit([[1.0, 0.0], [0.0, 1.0]]).get_feature_names_out().tolist()
        ['nmf0', 'nmf1']
        """
        self._check_fitted()
        name = type(self).__name__.lower()
        return np.array([f"{name}{t}" for t in range(len(self.components_))], object)

    @restore_on_error
    def split(self, old: list[int], X: Any, n: int) -> None:
        """Put components that are learnt from some documents in the place of others.

        Parameters
        ----------
        old : list of int
            The components that go.
        X : array or sparse matrix, shape (n_documents, n_terms)
            The documents that they stood for.
        n : int
            How many come; they stand behind those that stay.

        Examples
        --------
        >>> from topics import LDA
        >>> X = [[3, 0, 0], [0, 3, 0], [0, 0, 3]] * 9
        >>> model = LDA(2).fit(X)
        >>> model.split([0], X, 2)
        >>> model.n_components_
        3
        """
        self._check_fitted()
        self._replace(old, self._parts(old, X, n))

    def _parts(self, old: list[int], X: Any, n: int) -> NDArray[Any]:
        """Components that are learnt from some documents."""
        raise NotImplementedError

    def _replace(self, old: list[int], parts: NDArray[Any]) -> None:
        self.components_ = np.vstack([np.delete(self.components_, old, axis=0), parts])
