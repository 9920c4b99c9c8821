"""What a draft would do if it were published today; nothing of it is written."""

from __future__ import annotations

from dataclasses import replace

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext
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
from trainer.web.exports import csv_file, json_file
from trainer.web.mandates import files
from trainer.web.mandates.outlooks import compared_tasks, figures_of, lines_of, months_of, people_of
from trainer.web.mandates.reviewing import head_of
from trainer.web.pages import PAGE_SIZE, page_number

MOST_COMPARED = 3


@requires(Permission.READ_MANDATES)
def preview(draft: int) -> str:
    """Readable figures first, then the tables behind them; for a large mission those of the last run, kept for the draft."""
    content = _draft(draft)
    found, done = _worked_out(draft, content)
    if found is None:
        runs = scenario_queries.runs_of_draft(reading(), draft=DraftId(draft))
        return render_template(
            "mandates/preview_large.html", draft=draft, content=content, runs=runs, mission=_mission(content)
        )
    return _page(draft, found, done)


def _worked_out(draft: int, content: InstrumentDraft) -> tuple[Preview | None, WhatIfRun | None]:
    """What the draft would do; for a large mission as its last run kept it, with that run, or nothing."""
    if not _is_large(content):
        return queries.preview_of(reading(), draft=content, on=today()), None
    runs = scenario_queries.runs_of_draft(reading(), draft=DraftId(draft))
    done = next((each for each in runs if each.state is WhatIfState.DONE), None)
    return (None, None) if done is None else (scenario_queries.preview_of(reading(), run=done.id), done)


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
    found = _worked_out(draft, _draft(draft))[0] or abort(404)
    return json_file(f"preview-{found.mission.key}-{draft}-{today()}", preview_to_json(found))


@requires(Permission.READ_MANDATES)
def preview_csv(draft: int) -> Response:
    """The readable figures of the page as a sheet, and behind them what changes on later days."""
    found = _worked_out(draft, _draft(draft))[0] or abort(404)
    return csv_file(f"preview-{found.mission.key}-{draft}-{today()}", files.preview_heads(), files.preview_rows(found))


@requires(Permission.READ_MANDATES)
def draft_json(draft: int) -> Response:
    """The draft as a file that `mandates preview` reads."""
    content = mandates_json.write_draft(reading(), draft=_draft(draft))
    return json_file(f"draft-{content['mission']['key']}-{draft}", content)


@requires(Permission.READ_MANDATES)
def compare_drafts() -> str | AnyResponse:
    """Two or three drafts beside one another: their tasks, and the figures of their previews."""
    chosen = dict.fromkeys(each for each in request.args.getlist("draft") if each.isascii() and each.isdigit())
    wanted = [int(each) for each in list(chosen)[:MOST_COMPARED] if len(each) < 10]
    contents = {each: _draft(each) for each in wanted}
    if len(contents) < 2 or len(chosen) > MOST_COMPARED:
        flash(gettext("Choose two or three drafts to compare."), "warning")
        return redirect(url_for("mandates.drafts"), code=303)
    found = {draft: _worked_out(draft, content)[0] for draft, content in contents.items()}
    previews = [each for each in found.values() if each is not None]
    if len(previews) < len(found):
        missing = next(draft for draft, each in found.items() if each is None)
        flash(
            gettext("This mission is large: have the preview of its draft worked out first, then compare."), "warning"
        )
        return redirect(url_for("mandates.preview", draft=missing), code=303)
    return render_template(
        "mandates/compare_drafts.html",
        previews=found,
        one_mission=len({each.mission.id for each in previews}) == 1,
        tasks=compared_tasks(previews),
        figures=list(zip(*((*people_of(each), *figures_of(each)) for each in previews), strict=True)),
    )


def _draft(draft: int) -> InstrumentDraft:
    """The draft, for its mission's officers and whoever takes part in it."""
    return mandate_queries.draft(reading(), draft=head_of(draft).id)
