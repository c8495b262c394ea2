"""Hashes of passwords: salted, checked, and refused when they are something else."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from assistant.cli import app
from assistant.errors import ConfigurationError
from assistant.passwords import hash_password, is_password

PASSWORD = "năm từ tiếng Việt"


def test_the_password_and_no_other_fits_its_hash() -> None:
    hashed = hash_password(PASSWORD)
    assert is_password(PASSWORD, hashed)
    assert not is_password(PASSWORD + " ", hashed) and not is_password("", hashed)
    assert PASSWORD not in hashed and hash_password(PASSWORD) != hashed, "salted"
    assert "$" not in hashed and " " not in hashed, "a shell and .env would change it"


def test_a_short_password_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="12"):
        hash_password("short")


@pytest.mark.parametrize("held", ["", "plain", "md5:1:2:3:a:b", "scrypt:17:8:1:?:?", "scrypt:1:2:3"])
def test_what_is_no_hash_is_told(held: str) -> None:
    with pytest.raises(ConfigurationError, match="assistant password"):
        is_password("x", held)


def test_the_command_prints_a_hash_that_fits() -> None:
    made = CliRunner().invoke(app, ["password"], input=PASSWORD + "\n")
    assert made.exit_code == 0 and is_password(PASSWORD, made.stdout.strip())
    assert CliRunner().invoke(app, ["password"], input="short\n").exit_code == 2
