"""`bench mandate`: how fast a mission with a long history opens, page by page."""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import click

from config import database_url
from trainer.cli import Start
from trainer.cli.database import open_engine, upgrade

LOOKS = 15
FIRST = date(2000, 1, 1)
APART = timedelta(days=90)
LIMIT_MS = 200


@click.command()
@click.option("--texts", type=click.IntRange(1, 1000), default=100, show_default=True, help="How many instruments.")
@click.option("--tasks", type=click.IntRange(1, 20_000), default=1000, show_default=True, help="In force at the end.")
@click.option(
    "--database", default="sqlite", show_default=True, help="`sqlite`, or the address of an empty PostgreSQL database."
)
@click.option("--json", "as_json", is_flag=True, help="End with one JSON object.")
@click.pass_obj
def mandate(start: Start, *, texts: int, tasks: int, database: str, as_json: bool) -> None:
    """The pages of a mission with many texts and tasks, as the server answers them: time, processor, queries, bytes."""
    from trainer import edge

    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'bench.sqlite3'}" if database == "sqlite" else database_url(database)
        engine = open_engine(url)
        upgrade(engine)
        engine.dispose()
        environment = {
            "TRAINER_MODE": "demo",
            "TRAINER_DATABASE_URL": url,
            "TRAINER_SECRET_KEY": "for a benchmark only" * 2,
        }
        app = start.application(start.settings(environment))
        app.config.update(WTF_CSRF_ENABLED=False)
        with app.app_context():
            edge.edge().before_commit.clear()
            world = _lay(texts=texts, tasks=tasks)
            edge.db.session.remove()
        figures = _look(app, world)
        with app.app_context():
            edge.db.engine.dispose()
    for name, found in figures.items():
        slow = "" if found["processor_ms"] < LIMIT_MS else f"  over {LIMIT_MS} ms"
        click.echo(
            f"{name:<28}{found['median_ms']:>7} ms, {found['processor_ms']:>5} ms on the processor "
            f"{found['queries']:>4} queries {found['bytes']:>9,} bytes{slow}"
        )
    if as_json:
        click.echo(json.dumps({"texts": texts, "tasks": tasks, "pages": figures}))


@dataclass(frozen=True, slots=True, kw_only=True)
class _World:
    """What is there to look at, and who looks."""

    mission: int
    other: int
    """Another mission, with one of the texts."""
    text: int
    draft: int
    login: str
    password: str


def _lay(*, texts: int, tasks: int) -> _World:
    """A mission whose texts give the tasks one after another, each also ending, extending and saying anew a few."""
    from trainer import edge
    from trainer.accounts import operations as account_operations
    from trainer.accounts.values import NewPerson, Office, OrganisationKind
    from trainer.mandates import operations

    with edge.job_transaction("bench") as work:
        mission = account_operations.add_mission(work, key="bench", name="BENCH")
        organisation = account_operations.add_organisation(
            work, key="bench", name="Bench", kind=OrganisationKind.UN, invented=True
        )
        person = account_operations.enrol_person(
            work,
            person=NewPerson(
                key="bench", given_name="Bench", family_name="Officer", organisation=organisation, invented=True
            ),
        )
        account_operations.grant_office(work, person=person, office=Office.MANDATE_OFFICER)
        password = account_operations.set_one_time_password(work, person=person)
        account_operations.set_password(work, person=person, password=password)
        loaded = operations.load_instruments(work, instruments=list(_texts(mission, texts=texts, tasks=tasks)))
        other = account_operations.add_mission(work, key="other", name="OTHER")
        operations.load_instruments(work, instruments=list(_texts(other, texts=1, tasks=tasks)))
        *_, draft = _texts(mission, texts=texts + 1, tasks=tasks)
        saved = operations.save_draft(work, draft=draft)
    return _World(mission=mission, other=other, text=loaded[-1], draft=saved, login="bench", password=password)


def _texts(mission: Any, *, texts: int, tasks: int) -> Iterator[Any]:
    from trainer.mandates.values import (
        TASK_KINDS,
        InstrumentDraft,
        Milestone,
        MilestoneKind,
        Modality,
        TaskChange,
        TaskLine,
    )

    kinds = list(TASK_KINDS)
    ways = list(Modality)
    identities = [(kinds[place % len(kinds)], f"Sector {place // len(kinds) + 1}") for place in range(tasks)]
    each = -(-tasks // texts)
    for number in range(texts):
        given = identities[number * each : (number + 1) * each]
        again = identities[max(0, (number - 3) * each) : max(0, (number - 3) * each) + 3]
        lines = [
            TaskLine(
                task_kind=kind,
                change=TaskChange.SET,
                paragraph=f"{place + 1} (a)",
                modalities=(ways[place % 3],),
                area_of_operations=sector,
                words="What the paragraph asks of the mission, in a line of usual length.",
                ends_with="handover" if place == 0 else "",
            )
            for place, (kind, sector) in enumerate(given)
        ]
        lines += [
            TaskLine(
                task_kind=kind,
                change=TaskChange.EXTEND,
                paragraph=f"{place + 40}",
                modalities=tuple(ways),
                area_of_operations=sector,
            )
            for place, (kind, sector) in enumerate(again)
            if (kind, sector) not in given
        ]
        handover = Milestone(name="handover", kind=MilestoneKind.CONDITION, words="The handover is complete.")
        yield InstrumentDraft(
            mission=mission,
            symbol=f"S/RES/{1000 + number} ({(FIRST + number * APART).year})",
            title="A text of usual length that renews the mandate",
            adopted_on=FIRST + number * APART,
            effective_on=FIRST + number * APART,
            expires_on=None,
            expiry_known=True,
            complete_adjustment=False,
            tasks=tuple(lines),
            milestones=(handover,) if number == 0 else (),
        )


def _look(app: Any, world: _World) -> dict[str, dict[str, int]]:
    """Open each page some fifteen times."""
    mission, other, text, draft = world.mission, world.other, world.text, world.draft
    middle = FIRST + 50 * APART
    paths = {
        "mission": f"/missions/{mission}",
        "mission, last page": f"/missions/{mission}?page=20",
        "mission as of a day": f"/missions/{mission}?on={middle}",
        "mission as known then": f"/missions/{mission}?known={middle}",
        "mission, all texts": f"/missions/{mission}?history=all",
        "areas and texts": f"/missions/{mission}/table",
        "areas and texts, page 8": f"/missions/{mission}/table?page=8",
        "compared": f"/missions/{mission}/compare?from={middle}",
        "beside another mission": f"/missions/{mission}/compare?with={other}",
        "one text": f"/instruments/{text}",
        "withdraw it": f"/instruments/{text}/withdraw",
        "a draft": f"/drafts/{draft}",
        "a draft, to change": f"/drafts/{draft}/edit",
        "drafts": "/drafts/",
        "new instrument": f"/missions/{mission}/new-instrument",
        "what its tasks ask": f"/requirements/?mission={mission}",
        "requirements, checked": f"/requirements/coverage?mission={mission}",
        "tasks as a table": f"/missions/{mission}/tasks.csv",
        "compared, as a table": f"/missions/{mission}/compare.csv?from={middle}",
        "compared, as JSON": f"/missions/{mission}/compare.json?from={middle}",
        "texts as JSON": f"/missions/{mission}/mandate.json",
        "conditions": f"/missions/{mission}/conditions",
        "draw-down and closing": f"/missions/{mission}/closing",
        "all missions": "/missions/",
    }
    client = app.test_client()
    client.post("/sign-in", data={"login": world.login, "password": world.password})
    asked = _count_queries(app)
    figures: dict[str, dict[str, int]] = {}
    for name, path in paths.items():
        times, spent, size = [], [], 0
        for _ in range(LOOKS):
            asked.clear()
            began, began_processor = time.perf_counter(), time.process_time()
            answer = client.get(path, headers={"Accept-Encoding": "gzip"})
            size = len(answer.get_data())
            spent.append(1000 * (time.process_time() - began_processor))
            times.append(1000 * (time.perf_counter() - began))
            if answer.status_code != 200:
                message = f"{path} answered {answer.status_code}"
                raise click.ClickException(message)
        figures[name] = {
            "median_ms": round(statistics.median(times)),
            "slowest_ms": round(max(times)),
            "processor_ms": round(statistics.median(spent)),
            "queries": len(asked),
            "bytes": size,
        }
    return figures


def _count_queries(app: Any) -> list[None]:
    """A list that grows by one with each query."""
    from sqlalchemy import event

    from trainer import edge

    asked: list[None] = []

    def note(*_: object) -> None:
        asked.append(None)

    with app.app_context():
        event.listen(edge.db.engine, "before_cursor_execute", note)
    return asked
