"""`packs`: read, check and install content packs."""

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from trainer.catalogue.values import Pack
from trainer.cli import Start
from trainer.kernel.values import Problem


@click.group("packs")
def group() -> None:
    """Check and install curriculum packs."""


FOLDER = click.Path(file_okay=False, path_type=Path)
FRAMEWORK = click.option(
    "--framework",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The competency framework; without it, frameworks/<key>.toml beside each pack.",
)


@group.command()
@click.argument("directories", metavar="DIR [DIR…]", nargs=-1, required=True, type=FOLDER)
@FRAMEWORK
def check(directories: tuple[Path, ...], *, framework: Path | None) -> None:
    """Read each pack in DIR and say everything that is wrong with it; stores nothing and needs no database."""
    from trainer.interop.packs import examine_packs

    packs, problems = examine_packs(directories, framework=framework)
    _refuse(problems)
    for pack in packs:
        click.echo(_summary(pack))


@group.command()
@click.argument("directory", metavar="DIR", type=FOLDER)
@FRAMEWORK
@click.option("--database", metavar="URL", help="Instead of the one that the environment names.")
@click.pass_obj
def install(start: Start | None, directory: Path, *, framework: Path | None, database: str | None) -> None:
    """Check the pack in DIR and make it the edition in use.

    Its framework is adopted with it; the packs that it needs must be installed before.
    """
    from trainer.catalogue.operations import install_pack
    from trainer.cli.database import work_on
    from trainer.competencies.operations import adopt_framework
    from trainer.interop.packs import examine_packs, framework_of
    from trainer.kernel.errors import Invalid, Refusal

    if database is None and start is None:
        raise click.UsageError("Name the database with --database.")
    url = database if database is not None or start is None else start.settings({}).database_url
    assert url is not None
    packs, problems = examine_packs((directory,), framework=framework)
    _refuse(problems)
    try:
        with work_on(url, job="packs") as work:
            for pack in packs:
                adopt_framework(work, framework=framework_of(pack, directory, framework=framework))
                install_pack(work, pack=pack)
    except Refusal as refusal:
        _refuse(refusal.problems if isinstance(refusal, Invalid) else ())
        raise click.ClickException(str(refusal.message)) from refusal
    for pack in packs:
        click.echo(_summary(pack))


def _refuse(problems: Sequence[Problem]) -> None:
    """Print every problem and leave with 1, if there is any."""
    if not problems:
        return
    for problem in problems:
        place = problem.file if problem.line is None else f"{problem.file}:{problem.line}"
        click.echo(f"{place}: {problem.message}", err=True)
    click.echo(f"{_count(len(problems), 'problem')}.", err=True)
    sys.exit(1)


def _summary(pack: Pack) -> str:
    questions = sum(len(module.questions["en"]) for module in pack.modules)
    translations = sum(len(module.lessons) - 1 for module in pack.modules)
    held = (
        _count(len(pack.modules), "module"),
        _count(questions, "question"),
        _count(translations, "translated lesson"),
        _count(len(pack.tracks), "track"),
    )
    return f"{pack.key} {pack.version}: {', '.join(held)}."


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
