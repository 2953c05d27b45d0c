"""The command `signaling`: its options are the fields of Settings."""

import json
import sys
import tomllib
from dataclasses import Field
from pathlib import Path
from typing import Any, Final

import click
from click.core import ParameterSource

from pypeer.quiet import INTERRUPTED, interrupts_as_usual
from signaling import __version__
from signaling.checks import ListenError, SettingsError
from signaling.logs import configure
from signaling.settings import Settings, declared

KINDS: Final[dict[Any, str]] = {
    str: "text",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    tuple[str, ...]: "a list of texts",
}
"""The types of settings, in words."""


def main() -> None:
    """Run the command; status 0 after an orderly end, 1 if it cannot listen, 2 for settings that cannot be."""
    try:
        sys.exit(command.main(prog_name="signaling", standalone_mode=False))
    except click.ClickException as error:
        fail(error.format_message(), 2)
    except SettingsError as error:
        fail(str(error), 2)
    except ListenError as error:
        fail(str(error), 1)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(INTERRUPTED)


def fail(text: str, status: int) -> None:
    """End with one line."""
    print(f"signaling: {text}", file=sys.stderr)
    sys.exit(status)


def _read_file(context: click.Context, _: click.Parameter, path: Path | None) -> None:
    if path is None:
        return
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsError(f"cannot read {path}: {error}") from None
    kinds = {field.name: field.type for field in declared()}
    for name, value in values.items():
        if name not in kinds:
            raise SettingsError(f"{path}: unknown setting {name!r}; --print-config shows all")
        if not _fits(value, kinds[name]):
            raise SettingsError(f"{path}: {name}: {value!r} is not {KINDS[kinds[name]]}")
    context.default_map = values


def _fits(value: object, kind: Any) -> bool:
    if kind == tuple[str, ...]:
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    if kind is bool or isinstance(value, bool):
        return isinstance(value, bool) and kind is bool
    return isinstance(value, (int, float) if kind is float else kind)


def run(print_config: bool, **values: Any) -> None:
    """Serve the Byway page, and bring peers together."""
    settings = Settings(**values)
    if print_config:
        print(as_toml(settings), end="")
        return
    named = frozenset(name for name in values if _is_named(name))
    from signaling.http import serve  # the server itself: help, --print-config and wrong settings do without

    configure(settings.log_level)
    interrupts_as_usual()
    serve.run(settings, named)


def _is_named(name: str) -> bool:
    """Whether a setting was given, by whatever way, even as what it is by default."""
    return click.get_current_context().get_parameter_source(name) is not ParameterSource.DEFAULT


def as_toml(settings: Settings) -> str:
    """All settings as a configuration file, each with what it does and why it is what it is."""
    blocks = []
    for field in declared():
        comment = "\n".join(f"# {text}" for text in (field.metadata["help"], field.metadata["reason"]) if text)
        blocks.append(f"{comment}\n{field.name} = {_toml(getattr(settings, field.name))}\n")
    return "\n".join(blocks)


def _toml(value: str | float | tuple[str, ...]) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return f"{value:g}" if isinstance(value, float) else str(value)


def flag(field: Field[Any]) -> str:
    """The flag of a setting."""
    return f"--{field.name.replace('_', '-')}"


def variable(field: Field[Any]) -> str:
    """The environment variable of a setting."""
    return f"BYWAY_{field.name.upper()}"


def _option(field: Field[Any]) -> click.Option:
    return click.Option(
        [flag(field), field.name],
        type=str if isinstance(field.default, tuple) else field.type,
        default=field.default,
        multiple=isinstance(field.default, tuple),
        is_flag=field.type is bool,
        envvar=variable(field),
        show_default=bool(field.default) or (field.default == 0 and field.type is not bool),
        help=field.metadata["help"],
    )


_config = click.Option(
    ["--config"],
    type=click.Path(dir_okay=False, path_type=Path),
    envvar="BYWAY_CONFIG",
    callback=_read_file,
    is_eager=True,
    expose_value=False,
    help="File with settings (TOML).",
)
_print_config = click.Option(["--print-config"], is_flag=True, help="Print all settings as such a file, and end.")
_version = click.version_option(__version__, message="%(prog)s %(version)s")
command = _version(
    click.Command(
        "signaling",
        callback=run,
        params=[_config, _print_config, *map(_option, declared())],
        help=run.__doc__,
        epilog="Each option can also be set in the environment (--public-url: BYWAY_PUBLIC_URL) and in the file.",
    )
)
