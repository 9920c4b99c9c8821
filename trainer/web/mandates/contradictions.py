"""What the rules say of an entered text beside what could not be read, each at its field, so that all is told at once."""

from dataclasses import replace

from trainer.accounts import queries as account_queries
from trainer.edge import reading
from trainer.kernel.values import Problem
from trainer.mandates import queries
from trainer.mandates.values import InstrumentDraft
from trainer.web.access import today
from trainer.web.mandates.forms import InstrumentForm

WITHOUT_DAYS = ("symbol", "paragraph", "modalities", "words", "name", "begins_with", "ends_with")
"""The ends of the names of fields that can be judged while it is not known when the text takes effect."""


def tell_contradictions(form: InstrumentForm, draft: InstrumentDraft, *, several: bool = False) -> None:
    """Refuse every field that contradicts the draft or what is on file, except where the form itself says so already.

    With `several`, several lines may speak of one task. Without an effective day only what needs none is judged.
    """
    dated = form.effective_on.data is not None
    judged = draft if dated else replace(draft, effective_on=draft.adopted_on or today())
    told = {each["message"] for each in form.problems}
    texts = queries.mandate_history(reading(), mission=draft.mission)
    mission = account_queries.mission(reading(), mission=draft.mission)
    for problem in queries.problems_of(judged, texts=texts, mission=mission):
        said = problem.field in form.errors or str(problem.message) in told
        if not said and _stands(problem, dated=dated, several=several):
            form.refuse(problem.field, problem.message)


def _stands(problem: Problem, *, dated: bool, several: bool) -> bool:
    field = problem.field or ""
    return (dated or field.endswith(WITHOUT_DAYS)) and not (several and field.endswith("-task_kind"))
