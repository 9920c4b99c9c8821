"""What a draft would do if it were published today; nothing of it is written."""

from __future__ import annotations

from flask import Response, render_template

from trainer.accounts.values import Permission
from trainer.edge import reading
from trainer.interop import mandates_json
from trainer.interop.previews_json import preview_to_json
from trainer.mandates import queries as mandate_queries
from trainer.mandates.values import DraftId, InstrumentDraft
from trainer.previews import queries
from trainer.web.access import may, must, requires, today
from trainer.web.exports import json_file
from trainer.web.mandates.outlooks import lines_of, months_of
from trainer.web.pages import PAGE_SIZE, page_number


@requires(Permission.DRAFT_INSTRUMENT)
def preview(draft: int) -> str:
    """Readable figures first, then the tables behind them."""
    found = queries.preview_of(reading(), draft=_draft(draft), on=today())
    named = found.changed if may(Permission.READ_PEOPLE, mission=found.mission.id) else ()
    pages = max(1, -(-len(named) // PAGE_SIZE))
    page = min(page_number(), pages)
    return render_template(
        "mandates/preview.html",
        found=found,
        draft=draft,
        lines=lines_of(found.total),
        months=months_of(found),
        people=named[(page - 1) * PAGE_SIZE : page * PAGE_SIZE],
        page=page,
        pages=pages,
    )


@requires(Permission.DRAFT_INSTRUMENT)
def preview_json(draft: int) -> Response:
    """The same figures as the command `mandates preview` gives them."""
    content = _draft(draft)
    found = queries.preview_of(reading(), draft=content, on=today())
    return json_file(f"preview-{found.mission.key}-{draft}-{today()}", preview_to_json(found))


@requires(Permission.DRAFT_INSTRUMENT)
def draft_json(draft: int) -> Response:
    """The draft as a file that `mandates preview` reads."""
    content = mandates_json.write_draft(reading(), draft=_draft(draft))
    return json_file(f"draft-{content['mission']['key']}-{draft}", content)


def _draft(draft: int) -> InstrumentDraft:
    """The draft, for whoever may draft for its mission."""
    found = mandate_queries.draft(reading(), draft=DraftId(draft))
    must(Permission.DRAFT_INSTRUMENT, mission=found.mission)
    return found
