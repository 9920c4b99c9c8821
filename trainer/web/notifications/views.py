"""The reader's messages: what happened, why, and where to see it."""

from flask import abort, redirect, render_template, url_for
from werkzeug.wrappers import Response

from trainer.accounts.values import Permission
from trainer.edge import reading, transaction
from trainer.interop.mail import INBOX, page_of
from trainer.notifications import operations, queries
from trainer.notifications.values import NotificationId
from trainer.web.access import account, requires
from trainer.web.notifications.forms import ReadForm
from trainer.web.pages import page_number


@requires(Permission.LEARN)
def inbox() -> str:
    """The messages, latest first."""
    found = queries.inbox_of(reading(), person=account().person, page=page_number())
    pages = {line.id: page_of(line.about) for line in found.lines}
    return render_template("notifications/inbox.html", inbox=found, pages=pages, itself=INBOX)


@requires(Permission.LEARN)
def mark_read(message: int) -> Response:
    """One message is read."""
    with transaction() as work:
        operations.mark_read(work, notification=NotificationId(message), person=account().person)
    return redirect(url_for("notifications.inbox"), code=303)


@requires(Permission.LEARN)
def mark_all_read() -> Response:
    """All messages that were on the page are read, and those before them."""
    until = ReadForm().to_instant()
    if until is None:
        abort(422)
    with transaction() as work:
        operations.mark_all_read(work, person=account().person, until=until)
    return redirect(url_for("notifications.inbox"), code=303)
