"""Every block of the README and of docs/ that can be run is run."""

import sys
from pathlib import Path

import pytest
from sybil.example import SybilFailure

from tests.docs.blocks import commands_of, is_as_shown, parts_of, run_command, run_page, words_of
from tests.support.shared import REPOSITORY, shared_root

PAGES = sorted([REPOSITORY / "README.md", *REPOSITORY.glob("docs/**/*.md")])
NOT_PAGES = "_build"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The page's own folder, with the outside data beside it as they are beside a checkout."""
    own = tmp_path / "downtick"
    own.mkdir()
    if shared_root().exists():
        (tmp_path / "shared").symlink_to(shared_root().resolve())
    monkeypatch.chdir(own)
    monkeypatch.setattr(sys, "path", list(sys.path))
    # What Python found in "." it keeps for as long as it runs, whichever folder that was.
    monkeypatch.delitem(sys.path_importer_cache, ".", raising=False)
    return own


@pytest.mark.parametrize(
    "page", [pytest.param(page, id=page.relative_to(REPOSITORY).as_posix()) for page in PAGES if NOT_PAGES not in page.parts]
)
def test_what_a_page_shows_is_so(page, folder):
    run_page(page)


def page_of(folder: Path, text: str) -> Path:
    page = folder / "page.md"
    page.write_text(text, encoding="utf-8")
    return page


def test_blocks_of_a_page_share_names_and_files(folder):
    page = page_of(
        folder,
        "```python\n# file: words.py\nSIX = 6\n```\n"
        "```toml\n# file: a.toml\nx = 1\n```\n"
        "```python\nfrom pathlib import Path\nimport sys\nsys.path.insert(0, '.')\nfrom words import SIX\n```\n"
        "```python\n>>> SIX + len(Path('a.toml').read_text())\n12\n```\n"
        "```console\n$ cat a.toml\nx = 1\n```\n",
    )

    assert run_page(page) == 5


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("```python\nassert 1 == 2\n```\n", "AssertionError"),
        ("```python\n>>> 1 + 1\n3\n```\n", "Expected:"),
        ("```console\n$ false\n```\n", "ended with status 1"),
        ("```console\n$ echo one\ntwo\n```\n", "is shown to print"),
    ],
)
def test_a_block_that_does_not_hold_would_be_noticed(folder, text, told):
    with pytest.raises((SybilFailure, AssertionError)) as caught:
        run_page(page_of(folder, text))

    assert told in str(caught.getrepr())


def test_a_block_left_out_is_not_run(folder):
    assert run_page(page_of(folder, "<!--- skip: next -->\n\n```python\nassert False\n```\n")) == 2


def test_a_command_may_go_on_over_lines():
    text = "$ downtick run a \\\n    --seed 7\ndigest ...\n$ ls\n"

    assert commands_of(text) == [("downtick run a \\\n--seed 7", "digest ..."), ("ls", "")]


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("downtick run a --set 'b={c=\"3 gwei\"}'", ["downtick", "run", "a", "--set", 'b={c="3 gwei"}']),
        ("downtick run a \\\n--seed 7", ["downtick", "run", "a", "--seed", "7"]),
        ("downtick run a 2>&1", []),
        ("downtick run a; test $? = 2", []),
        ("downtick run a | grep b", []),
        ("downtick why lot $(python first.py)", []),
    ],
)
def test_what_needs_a_shell_gets_one(command, words):
    assert words_of(command) == words


@pytest.mark.parametrize(
    ("command", "parts"),
    [
        ("downtick run a", ("downtick run a", (), "")),
        ("downtick run a 2>&1 || test $? = 2", ("downtick run a", (0, 2), "")),
        ("downtick run a; test $? = 1", ("downtick run a", (1,), "")),
        ("downtick run a \\\n--seed 7 | grep b | sed c", ("downtick run a \\\n--seed 7", (), "grep b | sed c")),
        ("ls; pwd", ("ls; pwd", (), "")),
    ],
)
def test_what_stands_behind_a_command_is_told_apart(command, parts):
    assert parts_of(command) == parts


@pytest.mark.parametrize(
    ("command", "status", "told"),
    [
        ("downtick run nothing 2>&1; test $? = 2", 0, "is no scenario"),
        ("downtick run nothing || test $? = 2", 0, "is no scenario"),
        ("downtick run nothing; test $? = 1", 2, "is no scenario"),
        ("downtick list; test $? = 2", 1, "three_positions"),
        ("downtick run nothing | cat", 2, "is no scenario"),
        ("downtick list | grep -o three_posi", 0, "three_posi\n"),
        ("downtick list | grep nothing_like_it", 1, ""),
    ],
)
def test_a_command_ends_as_it_would_in_a_shell(command, status, told):
    ended, printed = run_command(command)

    assert (ended, told in printed) == (status, True)


@pytest.mark.parametrize(
    ("expected", "printed", "holds"),
    [
        ("digest ...", "digest 9f3a", True),
        ("digest ...", "seed 7", False),
        ("first\n...\nlast", "first\na\nb\nlast\n", True),
        ("first\n...\nlast", "first\nlast\n", True),
        ("first\n...", "second\n", False),
        ("1.5 (x)", "1x5 (x)", False),
        ("a\nb", "a\nb  \n\n", True),
    ],
)
def test_three_dots_stand_for_what_may_differ(expected, printed, holds):
    assert is_as_shown(expected, printed) is holds
