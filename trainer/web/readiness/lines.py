"""Past and future figures as the lines of a chart."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext

from trainer.readiness.values import ForecastPoint, TrendPoint
from trainer.web.charts import Series


def lines_of(trend: Sequence[TrendPoint], forecast: Sequence[ForecastPoint]) -> list[Series]:
    """Who is ready and who is asked, each until today and from today on."""
    return [
        {"label": gettext("ready"), "points": [(point.on, point.readiness.ready) for point in trend]},
        {
            "label": gettext("ready, as expected"),
            "points": [(point.on, point.readiness.ready) for point in forecast],
            "forecast": True,
        },
        {"label": gettext("asked"), "points": [(point.on, point.readiness.required) for point in trend]},
        {
            "label": gettext("asked, as expected"),
            "points": [(point.on, point.readiness.required) for point in forecast],
            "forecast": True,
        },
    ]
