from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import genrekit
from genrekit import cli
from genrekit.cli.global_options import GlobalOptions
from genrekit.errors import GenrekitError

Command = Callable[..., tuple[int, str, str]]

COMMANDS = """\
import genrekit

@genrekit.hookimpl
def register_commands(app):
    @app.command()
    def {name}():
        "Do something."
        {body}
"""


def plugin(folder: Path, text: str, name: str = "mine") -> Path:
    path = folder / f"{name}.py"
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("line", "options", "rest"),
    [
        ("run x.toml", GlobalOptions(), "run x.toml"),
        ("--plugin a.py run x.toml", GlobalOptions(plugins=("a.py",)), "run x.toml"),
        ("run --plugin=a.py x.toml --plugin b.py", GlobalOptions(plugins=("a.py", "b.py")), "run x.toml"),
        ("run x.toml --block crnn --block=mel", GlobalOptions(blocked=("crnn", "mel")), "run x.toml"),
        ("plugins --traceback show crnn", GlobalOptions(traceback=True), "plugins show crnn"),
        ("--version", GlobalOptions(version=True), ""),
        ("predict -- --version --plugin x", GlobalOptions(), "predict -- --version --plugin x"),
        ("run --set a=--version --blocked", GlobalOptions(), "run --set a=--version --blocked"),
    ],
)
def test_global_options_may_stand_anywhere(line: str, options: GlobalOptions, rest: str) -> None:
    assert GlobalOptions.take(line.split()) == (options, rest.split())


@pytest.mark.parametrize("line", ["run --plugin", "--block", "--plugin= run", "--block --version", "--plugin --"])
def test_global_options_that_lack_a_value(line: str) -> None:
    with pytest.raises(GenrekitError, match="needs a value"):
        GlobalOptions.take(line.split())


def test_help_names_every_command_and_global_option(command: Command) -> None:
    code, out, err = command("--help")
    assert (code, err) == (0, "")
    for word in ("run", "predict", "recipe", "plugins", "store", "--plugin", "--block", "--traceback", "--version"):
        assert f"\n  {word} " in out


def test_nothing_to_do_is_answered_with_help(command: Command) -> None:
    code, out, err = command()
    assert code == 2
    assert "Usage: genrekit" in out + err


@pytest.mark.parametrize("line", ["--version", "run --version", "no-such-command --version"])
def test_version(command: Command, line: str) -> None:
    assert command(*line.split()) == (0, f"genrekit {genrekit.__version__}\n", "")


def test_a_mistyped_command_is_explained(command: Command) -> None:
    code, out, err = command("recipee")
    assert code == 2
    assert out == ""
    assert "No such command 'recipee'. Did you mean 'recipe'?" in err


def test_commands_of_plugins_are_commands(command: Command, tmp_path: Path) -> None:
    text = COMMANDS.format(name="say_hello", body="print('hello')")
    text += "    @app.command('fail')\n    def fail(): raise genrekit.GenrekitError('no', hint='yes')\n"
    path = plugin(tmp_path, text)
    assert command("--plugin", path, "say-hello") == (0, "hello\n", "")
    assert command("fail", "--plugin", path) == (2, "", "no\n  try: yes\n")
    assert "say-hello  Do something." in command("--help", "--plugin", path)[1]


def test_groups_of_commands_of_plugins_are_commands(command: Command, tmp_path: Path) -> None:
    text = """\
import genrekit, typer

@genrekit.hookimpl
def register_commands(app):
    birds = typer.Typer(help="Birds.")
    birds.command()(count)
    birds.command()(name)
    app.add_typer(birds, name="birds")

def count(most: int = 3): print(most)

def name(): print("wren")
"""
    path = plugin(tmp_path, text)
    assert command("birds", "count", "--most", "5", "--plugin", path) == (0, "5\n", "")
    assert command("--plugin", path, "birds", "name") == (0, "wren\n", "")


def test_commands_that_fail_to_register_cost_only_themselves(command: Command, tmp_path: Path) -> None:
    path = plugin(tmp_path, COMMANDS.format(name="never", body="pass") + "    raise OSError('no\\n  disk')\n")
    code, out, err = command("--plugin", path, "plugins")
    assert code == 0
    assert err == f"warning: plugin 'mine' ({path} local): its commands are left out: OSError: no disk\n"
    assert "mine: its commands are left out: OSError: no disk" in out
    assert command("--plugin", path, "never")[0] == 2


def test_a_command_that_cannot_be_built_costs_only_its_plugin(command: Command, tmp_path: Path) -> None:
    text = COMMANDS.format(name="odd", body="pass").replace("def odd()", "def odd(x: 'NoSuchType')")
    code, out, err = command("--plugin", plugin(tmp_path, text), "--help")
    assert (code, err) == (0, "")
    assert "odd" not in out


def test_a_plugin_cannot_replace_a_command_of_genrekit(command: Command, tmp_path: Path) -> None:
    text = COMMANDS.format(name="run", body="print('hijacked')")
    text += "    @app.command()\n    def sing(): print('la')\n"
    path = plugin(tmp_path, text)
    said = f"warning: plugin 'mine' ({path} local): left out, since the name is taken: genrekit run\n"
    assert command("--plugin", path, "run", "--help")[2] == said
    assert "hijacked" not in command("--plugin", path, "run", "no-such-recipe.toml")[1]
    assert command("--plugin", path, "sing") == (0, "la\n", "")


def test_of_two_plugins_the_first_keeps_a_command(command: Command, tmp_path: Path) -> None:
    one = plugin(tmp_path, COMMANDS.format(name="sing", body="print('one')"), "one")
    two = plugin(tmp_path, COMMANDS.format(name="sing", body="print('two')"), "two")
    assert command("sing", "--plugin", one, "--plugin", two) == (0, "one\n", "")


FAILING = "raise ValueError('a\\n  b')"


def test_a_defect_is_one_line_and_asks_for_the_traceback(command: Command, tmp_path: Path) -> None:
    path = plugin(tmp_path, COMMANDS.format(name="crash", body=FAILING))
    said = "internal error: ValueError: a b; run again with --traceback\n"
    assert command("crash", "--plugin", path) == (1, "", said)


def test_the_traceback_is_there_for_the_asking(command: Command, tmp_path: Path) -> None:
    path = plugin(tmp_path, COMMANDS.format(name="crash", body=FAILING))
    code, out, err = command("crash", "--plugin", path, "--traceback")
    assert (code, out) == (1, "")
    assert err.startswith("Traceback")
    assert f'File "{path}", line 8, in crash' in err
    code, _, err = command("recipe", "check", "no-such.toml", "--traceback")
    assert code == 2
    assert err.startswith("Traceback")
    assert "no recipe at no-such.toml" in err


@pytest.mark.parametrize("body", ["raise KeyboardInterrupt", "import sys; sys.exit(130)"])
def test_ctrl_c(command: Command, tmp_path: Path, body: str) -> None:
    path = plugin(tmp_path, COMMANDS.format(name="wait", body=body))
    assert command("wait", "--plugin", path) == (130, "", "")


def test_ctrl_c_while_plugins_load(command: Command, tmp_path: Path) -> None:
    assert command("--plugin", plugin(tmp_path, "raise KeyboardInterrupt"), "--help") == (130, "", "")


@pytest.mark.parametrize(("body", "code"), [("sys.exit()", 0), ("sys.exit(7)", 7), ("sys.exit('bad')", 1)])
def test_exit_codes_of_commands(command: Command, tmp_path: Path, body: str, code: int) -> None:
    path = plugin(tmp_path, COMMANDS.format(name="leave", body=f"import sys; {body}"))
    assert command("leave", "--plugin", path)[0] == code


def test_a_missing_plugin_file_is_the_users_mistake(command: Command) -> None:
    code, out, err = command("--plugin", "gone.py", "plugins")
    assert (code, out) == (2, "")
    assert err == "no plugin file at gone.py\n  try: --plugin takes the path of a Python file\n"
    assert command("--plugin")[:2] == (2, "")


def test_broken_plugins_are_named_by_the_commands_that_use_plugins(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = tmp_path / "genrekit_wavelet-1.2.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: genrekit-wavelet\nVersion: 1.2\n")
    (info / "entry_points.txt").write_text("[genrekit]\nwavelet = no_such_module_anywhere\n")
    monkeypatch.syspath_prepend(tmp_path)
    said = (
        "warning: plugin 'wavelet' (genrekit-wavelet 1.2): "
        "ModuleNotFoundError: No module named 'no_such_module_anywhere'\n"
    )
    assert command("plugins")[2] == said
    assert command("recipe", "schema")[2] == said
    assert command("run")[2].startswith(said)
    assert command("store", "list", "--store", tmp_path / "store")[2] == ""
    assert command("plugins", "--block", "genrekit-wavelet")[2] == ""


def test_a_name_to_block_that_no_plugin_has(command: Command) -> None:
    assert (
        command("plugins", "--block", "crn")[2] == "warning: there is no plugin 'crn' to block; did you mean 'crnn'?\n"
    )


def test_blocked_plugins_do_not_bring_their_components(command: Command) -> None:
    code, _, err = command("--block", "crnn", "plugins", "show", "crnn")
    assert code == 2
    assert err.startswith("no component is named 'crnn'; did you mean 'residual-crnn'?\n")
    assert "\n    not loaded: 'crnn' (genrekit " in err


def test_long_lines_are_not_wrapped(command: Command, tmp_path: Path) -> None:
    name = "x" * 200
    (tmp_path / f"{name}.toml").write_text("unknown = 1\n")
    err = command("recipe", "check", tmp_path / f"{name}.toml")[2]
    assert err.splitlines()[0].startswith(f"{tmp_path / name}.toml:1: unknown option 'unknown'")
    assert "\x1b" not in err


@pytest.mark.skipif(os.name == "nt", reason="there are no pseudo-terminals here")
def test_errors_are_coloured_on_a_terminal_and_never_wrapped(tmp_path: Path) -> None:
    import pty

    name = "y" * 100
    (tmp_path / f"{name}.toml").write_text("unknown = 1\n")
    parent, child = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "40"}
    environment.pop("NO_COLOR", None)
    line = [sys.executable, "-m", "genrekit", "recipe", "check", f"{name}.toml"]
    done = subprocess.run(line, cwd=tmp_path, stderr=child, stdout=subprocess.DEVNULL, env=environment, check=False)
    os.close(child)
    seen = os.read(parent, 100_000).decode()
    os.close(parent)
    assert done.returncode == 2
    assert seen.splitlines()[0].startswith(
        f"\x1b[1m{name}.toml:1: \x1b[0m\x1b[31munknown option 'unknown'; available: "
    )


def test_a_reader_that_goes_away_is_no_error() -> None:
    line = f"{sys.executable} -m genrekit plugins --format json | head -c 1"
    done = subprocess.run(line, shell=True, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("[", "")


def test_output_that_the_terminal_cannot_show_is_escaped() -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    line = [sys.executable, "-m", "genrekit", "recipe", "check", "🎵.toml"]
    done = subprocess.run(line, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 2
    assert "no recipe at \\U0001f3b5.toml" in done.stderr


def test_main_reads_the_command_line_of_the_process(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["genrekit", "--version"])
    assert cli.main() == 0
    assert capsys.readouterr().out == f"genrekit {genrekit.__version__}\n"
