"""What a server says when the key of its tokens is no use; forgeries are in tests/attacks."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from access.errors import KeysProblem
from access.tokens import Algorithm, read_rules


def public_pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(serialization.Encoding.PEM, form)


def private_pem(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
SHORT_RSA = rsa.generate_private_key(public_exponent=65537, key_size=1024)
EC = ec.generate_private_key(ec.SECP256R1())
OTHER_CURVE = ec.generate_private_key(ec.SECP384R1())

GOOD: list[tuple[Algorithm, bytes]] = [
    ("HS256", b"s" * 32 + b"\n"),
    ("RS256", public_pem(RSA)),
    ("ES256", public_pem(EC)),
]
WRONG: list[tuple[Algorithm, bytes]] = [
    ("HS256", b""),
    ("HS256", b"short"),
    ("HS256", public_pem(RSA)),
    ("RS256", b"s" * 32),
    ("RS256", public_pem(EC)),
    ("RS256", public_pem(SHORT_RSA)),
    ("RS256", private_pem(RSA)),
    ("ES256", public_pem(RSA)),
    ("ES256", public_pem(OTHER_CURVE)),
]


@pytest.mark.parametrize(("algorithm", "content"), GOOD)
def test_a_key_of_the_right_kind_is_read(
    tmp_path: Path, algorithm: Algorithm, content: bytes
) -> None:
    (tmp_path / "key").write_bytes(content)
    assert read_rules(tmp_path / "key", algorithm, issuer=None, audience=None).key


@pytest.mark.parametrize(("algorithm", "content"), WRONG)
def test_a_key_of_the_wrong_kind_is_explained(
    tmp_path: Path, algorithm: Algorithm, content: bytes
) -> None:
    (tmp_path / "key").write_bytes(content)
    with pytest.raises(KeysProblem, match=f"no key for --jwt-algorithm {algorithm}, which wants"):
        read_rules(tmp_path / "key", algorithm, issuer=None, audience=None)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(KeysProblem, match=r"--jwt-key-file .*key cannot be read: No such file"):
        read_rules(tmp_path / "key", "HS256", issuer=None, audience=None)
