"""Searching the ledger, the history of a thing, one entry, and the proof of the whole."""

from __future__ import annotations

from flask import Response, render_template, request

from trainer.accounts.values import Permission
from trainer.audit import queries
from trainer.edge import reading
from trainer.web.access import requires, today
from trainer.web.audit import files, finding, telling
from trainer.web.audit.forms import actor_kinds, asked_for, groups, subject_called
from trainer.web.audit.words import SUBJECTS
from trainer.web.exports import csv_file
from trainer.web.pages import page_number


@requires(Permission.READ_LEDGER)
def search() -> str:
    """Where an auditor begins: look for a person, an instrument, a decision; below, the decisions of late."""
    asked = asked_for()
    session = reading()
    page = queries.search(session, wanted=asked.wanted, page=page_number())
    return render_template(
        "audit/search.html",
        asked=asked,
        found=finding.find(session, text=asked.text, on=today()) if asked.text else None,
        page=page,
        lines=telling.tell_all(session, page.lines),
        groups=groups(),
        actor_kinds=actor_kinds(),
        history_page=telling.history_page,
    )


@requires(Permission.READ_LEDGER)
def search_file() -> Response:
    """The entries that pass the filter, as a file."""
    return csv_file(f"ledger-{today().isoformat()}", files.heads(), files.rows(reading(), asked_for().wanted))


@requires(Permission.READ_LEDGER)
def subject(kind: str, subject: int) -> str:
    """Everything that was recorded about one thing."""
    about = subject_called(kind, subject)
    session = reading()
    page = queries.history_of(session, subject=about, page=page_number())
    names = telling.names_for(session, page.lines, subjects=(about,))
    return render_template(
        "audit/subject.html",
        subject=about,
        kind=SUBJECTS[about.kind],
        title=telling.subject_words(about, names),
        its_page=telling.subject_page(about),
        page=page,
        lines=tuple(telling.tell(line, names) for line in page.lines),
    )


@requires(Permission.READ_LEDGER)
def entry(entry: int) -> str:
    """One entry in full, with its seal and its neighbours."""
    session = reading()
    page = queries.entry_page(session, entry=entry)
    names = telling.names_for(session, (page.line,), subjects=page.subjects)
    return render_template(
        "audit/entry.html",
        page=page,
        told=telling.tell(page.line, names),
        about=[(telling.subject_words(each, names), telling.history_page(each)) for each in page.subjects],
    )


@requires(Permission.READ_LEDGER)
def verify() -> str:
    """How far the ledger is sealed, and its proof when asked for."""
    session = reading()
    proof = queries.verify(session) if request.args.get("now") else None
    return render_template("audit/verify.html", state=proof or queries.seal_state(session), proof=proof)
