"""The identity file and what is derived from it."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pypeer.identity import Identity, IdentityError, default_path, verify
from pypeer.secure.ids import peer_id


def test_the_file_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "identity.key"
    first = Identity.load(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert Identity.load(path).id == first.id == peer_id(first.key)
    assert repr(first) == f"<Identity {first.id}>"


def test_of_several_that_make_it_at_once_one_wins(tmp_path: Path) -> None:
    path = tmp_path / "identity.key"
    with ThreadPoolExecutor(8) as pool:
        made = {identity.id for identity in pool.map(Identity.load, [path] * 32)}
    assert len(made) == 1
    assert [each.name for each in tmp_path.iterdir()] == ["identity.key"]


def test_a_file_system_without_hard_links(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def refuse(_source: Path, _path: Path) -> None:
        raise PermissionError("Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    path = tmp_path / "identity.key"
    assert Identity.load(path).id == Identity.load(path).id
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_file_that_others_can_read_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "identity.key"
    Identity.load(path)
    path.chmod(0o644)
    with pytest.raises(IdentityError, match="chmod 600"):
        Identity.load(path)


def test_a_damaged_file_is_refused_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "identity.key"
    path.write_bytes(b"short")
    path.chmod(0o600)
    with pytest.raises(IdentityError, match="5 bytes instead of 32"):
        Identity.load(path)
    assert path.read_bytes() == b"short"


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(IdentityError, match="BYWAY_HOME"):
        Identity.load(tmp_path / "file" / "identity.key")


def test_home_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("BYWAY_HOME", os.fspath(tmp_path))
    assert default_path() == tmp_path / "identity.key"
    monkeypatch.delenv("BYWAY_HOME")
    assert default_path().parts[-2:] == ("byway", "identity.key")


def test_signatures() -> None:
    identity = Identity.new()
    signature = identity.sign(b"message")
    assert verify(identity.key, b"message", signature)
    assert not verify(identity.key, b"other", signature)
    assert not verify(identity.key[:31], b"message", signature)
