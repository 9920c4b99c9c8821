"""What a draft would do if it were published today; nothing of it is written."""

from __future__ import annotations

from dataclasses import replace

from flask import Response, abort, redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from trainer.accounts import queries as account_queries
from trainer.accounts.values import MissionCard, Permission
from trainer.edge import reading, transaction
from trainer.interop import mandates_json
from trainer.interop.previews_json import preview_to_json
from trainer.mandates import queries as mandate_queries
from trainer.mandates.values import DraftId, InstrumentDraft
from trainer.previews import queries
from trainer.previews.values import Preview
from trainer.scenarios import operations as scenario_operations
from trainer.scenarios import queries as scenario_queries
from trainer.scenarios.values import WhatIfRun, WhatIfState
from trainer.web.access import may, requires, today
from trainer.web.exports import json_file
from trainer.web.mandates.outlooks import figures_of, lines_of, months_of
from trainer.web.mandates.reviewing import head_of
from trainer.web.pages import PAGE_SIZE, page_number


@requires(Permission.READ_MANDATES)
def preview(draft: int) -> str:
    """Readable figures first, then the tables behind them; for a large mission those of the last run, kept for the draft."""
    content = _draft(draft)
    if not _is_large(content):
        return _page(draft, queries.preview_of(reading(), draft=content, on=today()), None)
    runs = scenario_queries.runs_of_draft(reading(), draft=DraftId(draft))
    done = next((each for each in runs if each.state is WhatIfState.DONE), None)
    found = None if done is None else scenario_queries.preview_of(reading(), run=done.id)
    if found is None:
        return render_template(
            "mandates/preview_large.html", draft=draft, content=content, runs=runs, mission=_mission(content)
        )
    return _page(draft, found, done)


@requires(Permission.DRAFT_INSTRUMENT)
def preview_anew(draft: int) -> AnyResponse:
    """Have it worked out for a large mission; its page shows how far it is."""
    content = _draft(draft)
    if not _is_large(content):
        return redirect(url_for("mandates.preview", draft=draft), code=303)
    version = mandate_queries.draft_page(reading(), draft=DraftId(draft), on=today()).version
    with transaction() as work:
        run = scenario_operations.ask_for_draft(work, draft=DraftId(draft), version=version)
        scenario_operations.leave_to_workers(work, run=run)
    return redirect(url_for("scenarios.what_if", what_if=run), code=303)


def _is_large(content: InstrumentDraft) -> bool:
    return scenario_queries.is_large(reading(), missions=(content.mission,), on=today())


def _mission(content: InstrumentDraft) -> MissionCard:
    return account_queries.mission(reading(), mission=content.mission)


def _page(draft: int, found: Preview, run: WhatIfRun | None) -> str:
    named = found.changed if may(Permission.READ_PEOPLE, mission=found.mission.id) else ()
    pages = max(1, -(-len(named) // PAGE_SIZE))
    page = min(page_number(), pages)
    shown = named[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    cards = account_queries.people_cards(reading(), people={each.person for each in shown}) if run else {}
    return render_template(
        "mandates/preview.html",
        found=found,
        draft=draft,
        lines=lines_of(found.total),
        months=months_of(found),
        figures=figures_of(found),
        people=[replace(each, name=cards[each.person].name) if each.person in cards else each for each in shown],
        page=page,
        pages=pages,
        run=run,
    )


@requires(Permission.READ_MANDATES)
def preview_json(draft: int) -> Response:
    """The same figures as the command `mandates preview` gives them."""
    content = _draft(draft)
    done = None
    if _is_large(content):
        runs = scenario_queries.runs_of_draft(reading(), draft=DraftId(draft))
        done = next((each for each in runs if each.state is WhatIfState.DONE), None) or abort(404)
    kept = None if done is None else scenario_queries.preview_of(reading(), run=done.id)
    found = kept or queries.preview_of(reading(), draft=content, on=today())
    return json_file(f"preview-{found.mission.key}-{draft}-{today()}", preview_to_json(found))


@requires(Permission.READ_MANDATES)
def draft_json(draft: int) -> Response:
    """The draft as a file that `mandates preview` reads."""
    content = mandates_json.write_draft(reading(), draft=_draft(draft))
    return json_file(f"draft-{content['mission']['key']}-{draft}", content)


def _draft(draft: int) -> InstrumentDraft:
    """The draft, for its mission's officers and whoever takes part in it."""
    return mandate_queries.draft(reading(), draft=head_of(draft).id)
