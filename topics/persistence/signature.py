"""Signatures of artifacts, by Ed25519."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from topics._errors import ArtifactError, TopicsError, require


def sign(content: bytes, key: str | Path) -> bytes:
    """A signature of some bytes.

    Parameters
    ----------
    content : bytes
        What is signed.
    key : str or Path
        PEM file of an Ed25519 private key, without a password; ``openssl genpkey -algorithm
        ed25519 -out key.pem`` makes one.

    Returns
    -------
    bytes
        64 of them.

    Raises
    ------
    TopicsError
        If the file holds no such key.
    ModuleNotFoundError
        If the package ``cryptography`` is not installed.

    Examples
    --------
    >>> sign(b"model", "no-such-key.pem")
    Traceback (most recent call last):
        ...
    topics._errors.TopicsError: no-such-key.pem: no such file; check the path
    """
    require("cryptography", "signatures")
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    return bytes(
        _key(key, lambda pem: load_pem_private_key(pem, None), Ed25519PrivateKey).sign(content)
    )


def verify(content: bytes, signature: bytes, key: str | Path, path: Path) -> None:
    """Check that some bytes were signed with the private key of a public one.

    Parameters
    ----------
    content, signature : bytes
        As of :func:`sign`.
    key : str or Path
        PEM file of an Ed25519 public key: ``openssl pkey -in key.pem -pubout -out public.pem``.
    path : Path
        The artifact, for the error.

    Raises
    ------
    ArtifactError
        If they were not.
    TopicsError
        If the file holds no such key.
    ModuleNotFoundError
        If the package ``cryptography`` is not installed.

    Examples
    --------
    >>> verify(b"model", b"", "no-such-key.pem", Path("mine"))
    Traceback (most recent call last):
        ...
    topics._errors.TopicsError: no-such-key.pem: no such file; check the path
    """
    require("cryptography", "signatures")
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    public = _key(key, load_pem_public_key, Ed25519PublicKey)
    try:
        public.verify(signature, content)
    except InvalidSignature:
        raise ArtifactError(
            "it was not signed with this key, or was changed afterwards", "do not use it", path=path
        ) from None


def _key(path: str | Path, read: Any, kind: type) -> Any:
    try:
        found = read(Path(path).read_bytes())
    except FileNotFoundError:
        raise TopicsError("no such file", "check the path", path=path) from None
    except (OSError, ValueError, TypeError):
        found = None
    if not isinstance(found, kind):
        raise TopicsError(
            "it holds no such key", "give a PEM file of an Ed25519 key without a password",
            path=path,
        )  # fmt: skip
    return found
