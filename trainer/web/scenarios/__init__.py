"""Scenarios: what is supposed together, what would follow, side by side, and the runs that work it out."""

from flask import Blueprint

from trainer.web.scenarios import views, words

blueprint = Blueprint("scenarios", __name__)

blueprint.add_url_rule("/scenarios/", view_func=views.scenarios)
blueprint.add_url_rule("/scenarios/new", view_func=views.new, methods=["GET", "POST"])
blueprint.add_url_rule("/scenarios/compare", view_func=views.compare)

# One scenario
blueprint.add_url_rule("/scenarios/<int:scenario>", view_func=views.scenario)
blueprint.add_url_rule("/scenarios/<int:scenario>/figures.json", view_func=views.figures_json)
blueprint.add_url_rule("/scenarios/<int:scenario>/edit", view_func=views.edit, methods=["GET", "POST"])
blueprint.add_url_rule("/scenarios/<int:scenario>/work-out", view_func=views.work_out, methods=["POST"])
blueprint.add_url_rule("/scenarios/<int:scenario>/discard", view_func=views.discard, methods=["POST"])

# One run
blueprint.add_url_rule("/what-ifs/<int:what_if>", view_func=views.what_if)
blueprint.add_url_rule("/what-ifs/<int:what_if>/progress", view_func=views.progress)
blueprint.add_url_rule("/what-ifs/<int:what_if>/cancel", view_func=views.cancel, methods=["POST"])

for filter_name, word in words.FILTERS.items():
    blueprint.add_app_template_filter(word, filter_name)
