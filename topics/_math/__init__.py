"""Mathematics over arrays that knows nothing of texts.

In come numpy arrays and scipy's sparse matrices, out go the same. Where scikit-learn has the
method, it is used or it is the measure: a test holds each fast version to it.
"""
