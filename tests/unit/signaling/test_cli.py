"""The command: where settings come from, and what is said when they cannot be."""

import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Any, Final

import pytest

from signaling import __version__, cli
from signaling.checks import ListenError
from signaling.settings import Settings


class Outcome:
    """What a run of the command did."""

    def __init__(
        self, status: int, out: str, err: str, settings: Settings | None, named: frozenset[str] = frozenset()
    ) -> None:
        self.status = status
        self.out = out
        self.err = err
        self.settings = settings
        self.named = named


@pytest.fixture
def signaling(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Run the command, up to where it would serve."""

    def run(*arguments: str, fails: Exception | None = None) -> Outcome:
        seen: list[tuple[Settings, frozenset[str]]] = []

        async def serve(settings: Settings, named: frozenset[str]) -> None:
            seen.append((settings, named))
            if fails:
                raise fails

        monkeypatch.setattr("signaling.http.serve.serve", serve)
        monkeypatch.setattr(cli, "configure", lambda _: None)
        monkeypatch.setattr("sys.argv", ["signaling", *arguments])
        with pytest.raises(SystemExit) as caught:
            cli.main()
        output = capsys.readouterr()
        return Outcome(int(caught.value.code or 0), output.out, output.err, *(seen[0] if seen else (None,)))

    return run


def test_without_anything_the_defaults_count(signaling: Any) -> None:
    outcome = signaling()
    assert outcome.status == 0
    assert outcome.settings == Settings()
    assert outcome.named == frozenset()


def test_it_is_known_what_was_named_even_as_it_is_by_default(
    signaling: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "byway.toml").write_text("turn_port = 3478\n")
    monkeypatch.setenv("BYWAY_STUN_ALT_PORT", "3479")
    outcome = signaling("--config", str(tmp_path / "byway.toml"), "--port", "8080")
    assert outcome.settings == Settings()
    assert outcome.named == {"turn_port", "stun_alt_port", "port"}


@pytest.mark.parametrize("field", fields(Settings), ids=lambda field: field.name)
def test_each_setting_is_a_flag_a_variable_and_a_key(
    signaling: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, field: Any
) -> None:
    value = other_value(field)
    more = TOGETHER.get(field.name, {})
    wanted = Settings(**{field.name: value}, **more)
    extra = [text for name, each in more.items() for text in (f"--{name.replace('_', '-')}", "".join(each))]
    text = value[0] if isinstance(value, tuple) else str(value)
    given = () if isinstance(value, bool) else (text,)
    assert signaling(cli.flag(field), *given, *extra).settings == wanted
    (tmp_path / "byway.toml").write_text(f"{field.name} = {cli._toml(value)}\n")
    assert signaling("--config", str(tmp_path / "byway.toml"), *extra).settings == wanted
    monkeypatch.setenv(cli.variable(field), text)
    assert signaling(*extra).settings == wanted


TOGETHER: Final[dict[str, dict[str, Any]]] = {
    "tls_cert": {"tls_key": "k"},
    "tls_key": {"tls_cert": "c"},
    "turn_server": {"turn_server_secret": "s"},
    "turn_server_secret": {"turn_server": ("turn:x",)},
}
"""What else has to be set."""

OTHER_VALUES: Final = {
    "host": "192.0.2.1",
    "public_url": "https://x.example",
    "trusted_proxy": ("10.0.0.1",),
    "allowed_origin": ("https://x.example",),
    "ice_server": ("stun:x",),
    "stun_address": ("192.0.2.1",),
    "turn_server": ("turn:x",),
    "turn_allow_peer": ("127.0.0.0/8",),
    "relay_address": ("192.0.2.1",),
    "relay_ports": "50000-50009",
    "metrics_listen": "127.0.0.1:9100",
    "engine": "memory",
    "access_word": "correct horse",
    "log_level": "debug",
}
"""A value of each setting that is no number."""


def other_value(field: Any) -> Any:
    """A value that is possible, and another than the default where there is one."""
    if isinstance(field.default, bool):
        return not field.default
    if isinstance(field.default, int | float):
        return field.default + 1 if field.name not in ("max_ttl", "turn_port") else field.default - 1
    return OTHER_VALUES.get(field.name, "text")


def test_a_flag_wins_over_the_environment_that_over_the_file_that_over_the_default(
    signaling: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "byway.toml"
    file.write_text('host = "192.0.2.1"\nport = 1\ndrain = 1.5\nice_server = ["stun:a", "stun:b"]\n')
    monkeypatch.setenv("BYWAY_PORT", "2")
    monkeypatch.setenv("BYWAY_HOST", "192.0.2.2")
    monkeypatch.setenv("BYWAY_TRUSTED_PROXY", "10.0.0.1 10.0.0.2")
    settings = signaling("--config", str(file), "--port", "3").settings
    assert (settings.port, settings.host, settings.drain) == (3, "192.0.2.2", 1.5)
    assert settings.ice_server == ("stun:a", "stun:b")
    assert settings.trusted_proxy == ("10.0.0.1", "10.0.0.2")
    assert settings.idle == Settings().idle


def test_the_file_may_be_named_in_the_environment(
    signaling: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "byway.toml").write_text("port = 7\n")
    monkeypatch.setenv("BYWAY_CONFIG", str(tmp_path / "byway.toml"))
    assert signaling().settings.port == 7


def test_what_is_printed_can_be_read_again(signaling: Any, tmp_path: Path) -> None:
    options = ("--port", "7", "--ice-server", "stun:a:1", "--public-url", "https://x.example", "--drain", "0.5")
    printed = signaling(*options, "--print-config")
    assert printed.status == 0
    assert printed.settings is None
    file = tmp_path / "byway.toml"
    file.write_text(printed.out)
    assert set(tomllib.loads(printed.out)) == {field.name for field in fields(Settings)}
    again = signaling("--config", str(file)).settings
    assert again == Settings(port=7, ice_server=("stun:a:1",), public_url="https://x.example", drain=0.5)


def test_quotes_and_backslashes_survive_printing() -> None:
    settings = Settings(tls_cert='C:\\a "b"\x7f\n.pem', tls_key="k")
    assert tomllib.loads(cli.as_toml(settings))["tls_cert"] == settings.tls_cert


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--port", "many"), "Invalid value for '--port': 'many' is not a valid integer."),
        (("--port", "70000"), "port: 70000 is more than 65535"),
        (("--fly",), "No such option '--fly'"),
        (("extra",), "Got unexpected extra argument (extra)"),
        (("--public-url", "x"), "public_url: 'x' is not like https://HOST"),
        (("--config", "missing.toml"), "cannot read missing.toml: [Errno 2] No such file or directory: 'missing.toml'"),
    ],
)
def test_bad_settings_end_with_2_and_one_line(signaling: Any, arguments: tuple[str, ...], complaint: str) -> None:
    outcome = signaling(*arguments)
    assert outcome.status == 2
    assert outcome.err.startswith(f"signaling: {complaint}")
    assert outcome.err.count("\n") == 1


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("prot = 7", "unknown setting 'prot'; --print-config shows all"),
        ("port = [", "Invalid value (at end of document)"),
        ("port = true", "port: True is not a whole number"),
        ('port = "seven"', "port: 'seven' is not a whole number"),
        ("drain = []", "drain: [] is not a number"),
        ('trusted_proxy = "10.0.0.1"', "trusted_proxy: '10.0.0.1' is not a list of texts"),
        ("trusted_proxy = [1]", "trusted_proxy: [1] is not a list of texts"),
        ("host = 1", "host: 1 is not text"),
    ],
)
def test_a_bad_file_ends_with_2_and_one_line(signaling: Any, tmp_path: Path, text: str, complaint: str) -> None:
    (tmp_path / "byway.toml").write_text(text)
    outcome = signaling("--config", str(tmp_path / "byway.toml"))
    assert outcome.status == 2
    assert complaint in outcome.err
    assert outcome.err.count("\n") == 1


def test_where_it_cannot_listen_it_ends_with_1(signaling: Any) -> None:
    outcome = signaling(fails=ListenError("cannot listen on *, port 80: Permission denied"))
    assert (outcome.status, outcome.err) == (1, "signaling: cannot listen on *, port 80: Permission denied\n")


def test_an_interrupt_ends_with_130(signaling: Any) -> None:
    assert signaling(fails=KeyboardInterrupt()).status == 130


def test_help_and_version(signaling: Any) -> None:
    helped = signaling("--help")
    assert helped.status == 0
    for field in fields(Settings):
        assert cli.flag(field) in helped.out
    assert signaling("--version").out == f"signaling {__version__}\n"
