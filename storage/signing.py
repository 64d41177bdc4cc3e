"""Ed25519 signatures: the operator's private key signs the daily manifests, the public key checks them."""

import base64
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from model.canonical import sha256_hex
from model.errors import InvalidKey

RAW = (serialization.Encoding.Raw, serialization.PublicFormat.Raw)
PEM = serialization.Encoding.PEM


class PublicKey:
    """Checks signatures. `fingerprint`: the first 16 hexadecimal digits of the SHA-256 of the key's 32 bytes."""

    def __init__(self, key: Ed25519PublicKey) -> None:
        self._key = key
        self.fingerprint = sha256_hex(key.public_bytes(*RAW))[:16]

    def signed(self, message: bytes, signature: str) -> bool:
        """Is this base64 signature the key's, of this very message?"""
        try:
            self._key.verify(base64.b64decode(signature, validate=True), message)
        except (InvalidSignature, ValueError):
            return False
        return True

    def pem(self) -> bytes:
        return self._key.public_bytes(PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


class Signer:
    """Makes signatures with a private key."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.public = PublicKey(key.public_key())

    @classmethod
    def new(cls) -> "Signer":
        """A key that nobody has."""
        return cls(Ed25519PrivateKey.generate())

    def sign(self, message: bytes) -> str:
        """The signature in base64."""
        return base64.b64encode(self._key.sign(message)).decode()

    def pem(self) -> bytes:
        """The private key, unencrypted PKCS #8; whoever has it can sign in the operator's name."""
        return self._key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def load_signer(path: Path) -> Signer:
    """The private key in a PEM file; InvalidKey when there is none."""
    content = _content(path, "private")
    try:
        key = serialization.load_pem_private_key(content, password=None)
    except (ValueError, TypeError) as error:
        raise InvalidKey(
            f"{path} holds no private key that can be read ({error}); make one: gongkai keys new"
        ) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise InvalidKey(f"{path} holds a key of another kind; make an ed25519 key: gongkai keys new")
    return Signer(key)


def load_public(path: Path) -> PublicKey:
    """The public key in a PEM file; a private key's file is refused, so that nobody hands it around by mistake."""
    content = _content(path, "public")
    if b"PRIVATE KEY" in content:
        raise InvalidKey(f"{path} is the private key; checking needs only the public one, and nobody else needs this")
    try:
        key = serialization.load_pem_public_key(content)
    except ValueError as error:
        raise InvalidKey(f"{path} holds no public key that can be read ({error})") from error
    if not isinstance(key, Ed25519PublicKey):
        raise InvalidKey(f"{path} holds a key of another kind than ed25519")
    return PublicKey(key)


def _content(path: Path, which: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InvalidKey(f"the {which} key {path} can't be read ({error.strerror}); name its file") from error
