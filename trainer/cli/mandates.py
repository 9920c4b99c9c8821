"""`mandates`: what a text is taken to say, at the terminal, by the same code as the pages."""

import json
from pathlib import Path
from typing import Any

import click

from trainer.cli import Start, mandate_previews


@click.group("mandates")
def group() -> None:
    """Read the texts of mandates."""


for command in (mandate_previews.compare, mandate_previews.preview, mandate_previews.export, mandate_previews.drafts):
    group.add_command(command)


@group.command()
@click.argument("file", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--language", type=click.Choice(["en", "fr"]), required=True, help="Of the text.")
@click.option("--mission", metavar="KEY", help="Compare with the tasks of this mission in force today.")
@click.option("--database", metavar="URL", help="With --mission: instead of the one that the environment names.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def suggest(
    start: Start | None, file: Path, *, language: str, mission: str | None, database: str | None, as_json: bool
) -> None:
    """Print what the text in FILE (text, HTML or PDF) is taken to ask of the operation, paragraph by paragraph.

    Without --mission it needs no database and uses the vocabulary as it came; with it, what officers taught it counts too.
    """
    from trainer.interop.suggestions.extraction import text_of
    from trainer.interop.suggestions.suggesting import suggest as read
    from trainer.interop.suggestions.vocabulary import vocabulary
    from trainer.kernel.errors import Refusal

    try:
        text = text_of(file.read_bytes(), name=file.name)
        if mission is None:
            found = read(text, vocabulary=vocabulary(language))
        else:
            found = _for_mission(start, database, mission, text=text, language=language)
    except Refusal as refusal:
        raise click.ClickException(str(refusal.message)) from refusal
    account = _account(found, file=file)
    if as_json:
        click.echo(json.dumps(account, ensure_ascii=False))
    else:
        _tell(account)


def _for_mission(start: Start | None, database: str | None, key: str, *, text: str, language: str) -> Any:
    from trainer.accounts import queries as account_queries
    from trainer.cli.database import work_on
    from trainer.interop.suggestions.office import suggest_for

    if database is None and start is None:
        raise click.UsageError("Name the database with --database.")
    url = database if database is not None or start is None else start.settings({}).database_url
    assert url is not None
    with work_on(url, job="suggest") as work:
        mission = account_queries.mission_by_key(work.session, key=key)
        return suggest_for(work.session, mission=mission.id, text=text, language=language, on=work.today)


def _account(found: Any, *, file: Path) -> dict[str, Any]:
    heading = found.heading
    return {
        "file": file.name,
        "language": found.language,
        "symbol": heading.symbol,
        "adopted_on": _day(heading.adopted_on),
        "effective_on": _day(heading.effective_on),
        "last_on": _day(heading.last_on),
        "months": heading.months,
        "replaces_the_mandate": heading.whole is not None,
        "strength": [
            {"paragraph": each.label, "number": each.number, "words": each.words} for each in heading.ceilings
        ],
        "paragraphs": {
            part: sum(each.part == part for each in found.paragraphs) for part in ("preambular", "operative", "heading")
        },
        "milestones": [
            {
                "name": each.name,
                "kind": each.kind.value,
                "paragraph": each.paragraph,
                "starts_on": _day(each.starts_on),
                "last_on": _day(each.last_on),
            }
            for each in found.milestones
        ],
        "suggestions": [_suggestion(each, found) for each in found.suggestions],
        "not_mentioned": [
            {"task": each.task_kind, "area_of_operations": each.area_of_operations} for each in found.unmentioned
        ],
    }


def _suggestion(each: Any, found: Any) -> dict[str, Any]:
    text = found.paragraphs[each.paragraph].text
    return {
        "paragraph": each.label,
        "words": [
            {"says": span.says.value, "start": span.start, "end": span.end, "text": text[span.start : span.end]}
            for span in each.spans
        ],
        "area": each.area.value if each.area else None,
        "task": each.task_kind,
        "change": each.change.value,
        "relation": each.relation.value,
        "modality": [modality.value for modality in each.modalities],
        "requested": each.force.value == "requested",
        "priority": each.priority,
        "area_of_operations": each.area_of_operations,
        "area_of_operations_rests_on": each.place_ground and each.place_ground.value,
        "starts_on": _day(each.starts_on),
        "last_on": _day(each.last_on),
        "begins_with": each.begins_with,
        "remarks": list(each.remarks),
        "confidence": None if each.share is None else each.share.percent,
        "text": text,
    }


def _day(day: Any) -> str | None:
    return None if day is None else str(day.isoformat())


def _tell(account: dict[str, Any]) -> None:
    counts = account["paragraphs"]
    click.echo(
        f"{account['symbol'] or account['file']}: {counts['preambular']} preambular and {counts['operative']} operative "
        f"paragraphs, {len(account['suggestions'])} suggestions."
    )
    if account["last_on"] or account["months"]:
        click.echo(f"Runs until {account['last_on']}." if account["last_on"] else f"Runs {account['months']} months.")
    for each in account["strength"]:
        click.echo(f"Strength, paragraph {each['paragraph']}: {each['words']}.")
    for each in account["suggestions"]:
        asked = "end" if each["change"] == "end" else " and ".join(each["modality"]) or each["change"]
        force = "" if each["requested"] else ", encouraged"
        unknown = "how sure is not known" if each["task"] else "not recognised"
        sure = unknown if each["confidence"] is None else f"{each['confidence']} in 100"
        where = f" in {each['area_of_operations']}" if each["area_of_operations"] else ""
        click.echo(
            f"{each['paragraph']:<12} {each['area'] or '-':<4} {each['task'] or '?':<18} {asked}{force}{where} "
            f"[{sure}; {each['relation']}]"
        )


@group.command()
@click.argument("folder", metavar="FOLDER", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--write", is_flag=True, help="Count anew, and keep the counts for the vocabulary.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def measure(folder: Path, *, write: bool, as_json: bool) -> None:
    """Print precision and recall per area, and of places, on what is held out in FOLDER, by the counts that are kept."""
    from trainer.interop.suggestions import learning, vocabulary

    labelled = learning.read_labelled(folder)
    if write:
        vocabulary.LEARNT.write_text(learning.as_toml(learning.learn(labelled)), encoding="utf-8")
        vocabulary.vocabulary.cache_clear()
    known = {language: vocabulary.vocabulary(language) for language in vocabulary.LANGUAGES}
    found = learning.measure([each for each in labelled if each.held_out], vocabularies=known)
    places = [each for each in learning.read_places(folder) if each.held_out]
    figures = learning.as_figures(found, places=learning.measure_places(places))
    if as_json:
        click.echo(json.dumps(figures))
        return
    click.echo(f"{figures['paragraphs']} paragraphs held out of {len(labelled)}. In percent:")
    click.echo(f"{'':<12} {'precision':>9} {'recall':>9} {'there':>6}")
    for name, each in {**figures["areas"], **{key: figures[key] for key in learning.TOTALS}}.items():
        click.echo(f"{name:<12} {_percent(each['precision'])} {_percent(each['recall'])} {each['there']:>6}")


def _percent(value: int | None) -> str:
    return f"{'-' if value is None else value:>9}"
