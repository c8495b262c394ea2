"""Passwords of the page as salted scrypt hashes, so that no setting holds a password itself.

A hash is one line, `scrypt:<log2 n>:<r>:<p>:<salt>:<key>` in URL-safe base64 without `$`, which shells
and `.env` files would expand. The costs are among those OWASP recommends (n = 2^15, r = 8, p = 3: 32 MB
and some 0.3 s a try) and travel with the hash, so that they can rise later.
"""

from __future__ import annotations

import hmac
import secrets
from base64 import b64decode, urlsafe_b64encode
from hashlib import scrypt

from assistant.errors import ConfigurationError

SHORTEST_PASSWORD = 12
_LOG_N, _R, _P = 15, 8, 3
_MEMORY_BYTES = 64 * 1024 * 1024


def hash_password(password: str) -> str:
    """The line to put into a setting. Raises ConfigurationError for a password that is too short."""
    if len(password) < SHORTEST_PASSWORD:
        raise ConfigurationError(
            f"A password needs at least {SHORTEST_PASSWORD} characters. Take a few random words. / "
            f"Mật khẩu phải có ít nhất {SHORTEST_PASSWORD} ký tự. Nên dùng vài từ ngẫu nhiên."
        )
    salt = secrets.token_bytes(16)
    key = _derive(password, salt, _LOG_N, _R, _P)
    return ":".join(("scrypt", str(_LOG_N), str(_R), str(_P), _encode(salt), _encode(key)))


def is_password(password: str, hashed: str) -> bool:
    """Whether the password is the hashed one, compared in constant time.

    Raises ConfigurationError when the setting holds no hash of ours.
    """
    try:
        scheme, log_n, r, p, salt, key = hashed.split(":")
        if scheme != "scrypt":
            raise ValueError(scheme)
        made = _derive(password, _decode(salt), int(log_n), int(r), int(p))
        return hmac.compare_digest(made, _decode(key))
    except ValueError as error:
        raise ConfigurationError(
            "A password setting does not hold a hash. Make one with: assistant password"
        ) from error


def _derive(password: str, salt: bytes, log_n: int, r: int, p: int) -> bytes:
    return scrypt(
        password.encode("utf-8"), salt=salt, n=2**log_n, r=r, p=p, maxmem=_MEMORY_BYTES, dklen=32
    )


def _encode(data: bytes) -> str:
    return urlsafe_b64encode(data).decode("ascii")


def _decode(text: str) -> bytes:
    return b64decode(text, altchars=b"-_", validate=True)
