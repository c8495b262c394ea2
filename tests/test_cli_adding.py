"""`assistant add` and `assistant corpus fetch`: exit codes, the table, refusals, a terminal's questions."""

from __future__ import annotations

from pathlib import Path

import pytest
from lighthouse_laws import make_law, write_docx, write_text
from typer.testing import CliRunner

from assistant.build import Workspace
from assistant.cli import app
from assistant.cli_adding import expand_sources
from assistant.errors import QuestionError
from assistant.preview_text import ask_about, print_preview

runner = CliRunner()


@pytest.fixture(scope="module")
def workspace(own_workspace: Workspace) -> Workspace:
    """A workspace of this file's own, over the small corpus."""
    return own_workspace


@pytest.fixture
def assistant_command(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """The command over the workspace's data folder."""
    monkeypatch.setenv("ASSISTANT_DATA_FOLDER", str(workspace.settings.data_folder))
    return workspace


def rows(output: str) -> list[list[str]]:
    return [line.split("\t") for line in output.splitlines() if "\t" in line]


@pytest.mark.slow
def test_a_folder_is_added_and_what_is_doubtful_refused(
    assistant_command: Workspace, tmp_path: Path
) -> None:
    write_text(tmp_path / "a.txt", make_law("901/2030/QH16", name="Đèn biển"))
    (tmp_path / "sub").mkdir()
    write_docx(
        tmp_path / "sub" / "b.docx", make_law("902/2030/QH16", name="Phao", keeper="Sở Phao")
    )
    write_text(tmp_path / "sub" / ".hidden.txt", make_law("903/2030/QH16"))
    bad = make_law("904/2030/QH16", name="Cầu tàu", articles=[1, 2, 3, 2, 3, 4], keeper="Ban Cầu")
    write_text(tmp_path / "sub" / "c.txt", bad)
    (tmp_path / "sub" / "d.pdf").write_bytes(b"")
    done = runner.invoke(app, ["add", str(tmp_path), "--yes"])
    table = {row[0]: row for row in rows(done.output)}
    assert done.exit_code == 1, done.output
    assert "added" in table["a.txt"][1] and "law-901-2030.vi" in table["a.txt"][2]
    assert table["a.txt"][3] == "2031-07-01" and table["a.txt"][4] == "9"
    assert "added" in table["b.docx"][1] and "refused" in table["c.txt"][1]
    assert "more than once" in table["c.txt"][6] and "refused" in table["d.pdf"][1]
    assert ".hidden.txt" not in table
    held = assistant_command.registry.content_hashes()
    assert {"law-901-2030.vi", "law-902-2030.vi"} <= set(held) and "law-904-2030.vi" not in held

    # Again: nothing changes; the doubtful one with an explicit yes.
    again = runner.invoke(app, ["add", str(tmp_path / "a.txt"), "--yes"])
    assert again.exit_code == 0 and "unchanged" in rows(again.output)[1][1]
    accepted = runner.invoke(
        app, ["add", str(tmp_path / "sub" / "c.txt"), "--yes", "--accept-doubts"]
    )
    assert accepted.exit_code == 0 and "added" in rows(accepted.output)[1][1]


@pytest.mark.slow
def test_fields_may_be_given_in_a_file(assistant_command: Workspace, tmp_path: Path) -> None:
    write_text(tmp_path / "e.txt", make_law("905/2030/QH16", name="Kè đá", keeper="Ban Kè"))
    meta = write_text(
        tmp_path / "meta.toml",
        'verified = "official"\n["e.txt"]\nlabel = "Luật Kè"\nadopted = 2030-12-11\n',
    )
    done = runner.invoke(app, ["add", str(tmp_path / "e.txt"), "--yes", "--meta", str(meta)])
    assert done.exit_code == 0, done.output
    [document] = [d for d in assistant_command.registry.documents() if d.id == "law-905-2030"]
    assert document.label == "Luật Kè" and document.verified == "official"
    assert str(document.adopted) == "2030-12-11"

    # The same file without them changes nothing: what was stated once stands.
    again = runner.invoke(app, ["add", str(tmp_path / "e.txt"), "--yes"])
    assert again.exit_code == 0 and "unchanged" in rows(again.output)[1][1], again.output


def test_without_a_terminal_and_without_yes_it_says_so(
    assistant_command: Workspace, tmp_path: Path
) -> None:
    path = write_text(tmp_path / "a.txt", make_law())
    done = runner.invoke(app, ["add", str(path)])
    assert done.exit_code == 2 and "--yes" in done.output


@pytest.mark.parametrize(
    "arguments",
    [
        ["add", "no-such-file.pdf", "--yes"],
        ["add"],
        ["add", "x.txt", "--yes", "--as-version-from", "soon"],
        ["corpus", "fetch", "law-0-0000"],
        ["corpus", "fetch", "--from", "text.pdf"],
    ],
)
def test_wrong_use_exits_with_two(assistant_command: Workspace, arguments: list[str]) -> None:
    done = runner.invoke(app, arguments)
    assert done.exit_code == 2, done.output


def test_addresses_of_this_machine_are_refused(
    assistant_command: Workspace, tmp_path: Path
) -> None:
    before = assistant_command.registry.state("version")
    done = runner.invoke(app, ["add", "http://127.0.0.1:9/law.pdf", "--yes"])
    assert done.exit_code == 1 and "private" in rows(done.output)[1][6]
    listed = write_text(
        tmp_path / "sources.toml",
        '[[source]]\nid = "law-900-2030"\nnumber = "900/2030/QH16"\ntitle = "Luật Đèn biển"\n'
        'url = "http://localhost:9/law.htm"\nexpected_articles = 9\n',
    )
    fetched = runner.invoke(app, ["corpus", "fetch", "--from", str(listed)])
    assert fetched.exit_code == 1 and "refused" in rows(fetched.output)[1][1]
    assert assistant_command.registry.state("version") == before


def test_ctrl_c_keeps_what_was_added(
    assistant_command: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*arguments: object, **options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("assistant.intake.read_source", interrupted)
    path = write_text(tmp_path / "a.txt", make_law())
    done = runner.invoke(app, ["add", str(path), "--yes"])
    assert done.exit_code == 130 and "Stopped" in done.output


def test_sources_are_expanded_in_order(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for name in ("b.txt", "a.txt"):
        write_text(tmp_path / "in" / name, "x")
    found = expand_sources(["https://example.org/x", str(tmp_path / "in")])
    assert found == ["https://example.org/x", tmp_path / "in" / "a.txt", tmp_path / "in" / "b.txt"]
    (tmp_path / "none").mkdir()
    with pytest.raises(QuestionError, match="no files"):
        expand_sources([str(tmp_path / "none")])


def test_a_terminal_is_shown_everything_and_asked(
    workspace: Workspace,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    intake = workspace.intake(tmp_path)
    text = make_law("906/2030/QH16", articles=[1, 2, 3, 2, 3, 4])
    [preview] = intake.make_previews(write_text(tmp_path / "[b]luat.txt", text))
    print_preview(preview)
    shown = capsys.readouterr().out
    for words in ("[b]luat.txt", "906/2030/QH16", "Luật số: 906/2030/QH16", "2–3", "7 article"):
        assert words in shown, words

    def answers(*typed: str) -> None:
        given = iter(typed)
        monkeypatch.setattr("rich.prompt.Prompt.ask", lambda *a, **k: next(given))

    answers("k")
    assert ask_about(intake, preview) is None
    answers("a", "no", "a", "YES")
    assert ask_about(intake, preview) == preview
    answers("e", "label = Luật Sáu", "a", "yes")
    decided = ask_about(intake, preview)
    assert decided and decided.document.label == "Luật Sáu"
    answers("e", "adopted = soon", "k")
    assert ask_about(intake, preview) is None and "ISO date" in capsys.readouterr().err
