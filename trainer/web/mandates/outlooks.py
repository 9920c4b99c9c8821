"""The readiness of a preview as the lines of a chart and as a table of months."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from flask_babel import gettext

from trainer.previews.values import AreaOutlook, OutlookPoint, Preview
from trainer.web.charts import Series


def lines_of(outlook: AreaOutlook) -> list[Series]:
    """Who would be ready without the text, with it, and with its plan."""
    return [
        {
            "label": gettext("ready without it"),
            "points": [(point.on, point.without.ready) for point in outlook.points],
        },
        {
            "label": gettext("ready with it, nothing assigned for it"),
            "points": [(point.on, point.before_plan.ready) for point in outlook.points],
        },
        {
            "label": gettext("ready with it and its plan"),
            "points": [(point.on, point.after_plan.ready) for point in outlook.points],
        },
    ]


def months_of(found: Preview) -> Sequence[tuple[AreaOutlook, Mapping[date, OutlookPoint]]]:
    """The areas that anything changes for, each with its points by day."""
    return [(each, {point.on: point for point in each.points}) for each in found.areas if each.changes]
