"""Missions and their mandates: what is in force, what changes it, and what it asks of people."""

from flask import Blueprint

from trainer.web.mandates import (
    closures,
    conditions,
    previews,
    readings,
    review_words,
    reviewing,
    suggesting,
    views,
    withdrawing,
    words,
)

blueprint = Blueprint("mandates", __name__)

# missions
blueprint.add_url_rule("/missions/", view_func=views.missions)
blueprint.add_url_rule("/missions/<int:mission>", view_func=views.mission)
blueprint.add_url_rule(
    "/missions/<int:mission>/new-instrument", view_func=views.new_instrument, methods=["GET", "POST"]
)

# a mandate by two clocks, and as files
blueprint.add_url_rule("/missions/<int:mission>/compare", view_func=readings.compare)
blueprint.add_url_rule("/missions/<int:mission>/compare.csv", view_func=readings.compare_file)
blueprint.add_url_rule("/missions/<int:mission>/compare.json", view_func=readings.compare_json)
blueprint.add_url_rule("/missions/<int:mission>/table", view_func=readings.table)
blueprint.add_url_rule("/missions/<int:mission>/table.csv", view_func=readings.table_file)
blueprint.add_url_rule("/missions/<int:mission>/tasks.csv", view_func=readings.tasks_file)
blueprint.add_url_rule("/missions/<int:mission>/mandate.json", view_func=readings.mandate_json)

# drafts
blueprint.add_url_rule("/drafts/<int:draft>", view_func=reviewing.draft)
blueprint.add_url_rule("/drafts/<int:draft>/preview", view_func=previews.preview)
blueprint.add_url_rule("/drafts/<int:draft>/preview/anew", view_func=previews.preview_anew, methods=["POST"])
blueprint.add_url_rule("/drafts/<int:draft>/preview.json", view_func=previews.preview_json)
blueprint.add_url_rule("/drafts/<int:draft>/preview.csv", view_func=previews.preview_csv)
blueprint.add_url_rule("/drafts/<int:draft>/draft.json", view_func=previews.draft_json)
blueprint.add_url_rule("/drafts/<int:draft>/edit", view_func=views.edit_draft, methods=["GET", "POST"])
blueprint.add_url_rule("/drafts/<int:draft>/publish", view_func=reviewing.publish, methods=["POST"])
blueprint.add_url_rule("/drafts/<int:draft>/discard", view_func=reviewing.discard, methods=["POST"])

# drafts decided together
blueprint.add_url_rule("/drafts/", view_func=reviewing.drafts)
blueprint.add_url_rule("/drafts/compare", view_func=previews.compare_drafts)
blueprint.add_url_rule("/drafts/<int:draft>/ask-review", view_func=reviewing.ask_review, methods=["POST"])
blueprint.add_url_rule("/drafts/<int:draft>/review", view_func=reviewing.review, methods=["POST"])
blueprint.add_url_rule("/drafts/<int:draft>/answer", view_func=reviewing.answer, methods=["POST"])
blueprint.add_url_rule("/drafts/<int:draft>/comment", view_func=reviewing.comment, methods=["POST"])
blueprint.add_url_rule("/drafts/<int:draft>/share", view_func=reviewing.share, methods=["POST"])
blueprint.add_url_rule("/drafts/<int:draft>/readers/<int:reader>/end", view_func=reviewing.end_share, methods=["POST"])
blueprint.add_url_rule("/drafts/<int:draft>/renew", view_func=reviewing.renew, methods=["POST"])
blueprint.add_url_rule("/administration/drafts", view_func=reviewing.policy, methods=["GET", "POST"])

# a text and the vocabulary by which it is read
blueprint.add_url_rule("/missions/<int:mission>/from-text", view_func=suggesting.from_text, methods=["GET", "POST"])
blueprint.add_url_rule(
    "/missions/<int:mission>/from-text/suggestions", view_func=suggesting.suggestions, methods=["GET", "POST"]
)
blueprint.add_url_rule("/vocabulary/", view_func=suggesting.vocabulary, methods=["GET", "POST"])
blueprint.add_url_rule("/vocabulary/change", view_func=suggesting.change_phrase, methods=["POST"])

# phases and conditions
blueprint.add_url_rule("/missions/<int:mission>/conditions", view_func=conditions.conditions)
blueprint.add_url_rule(
    "/instruments/<int:instrument>/conditions/<int:place>/confirm",
    view_func=conditions.confirm_condition,
    methods=["GET", "POST"],
)
blueprint.add_url_rule(
    "/instruments/<int:instrument>/conditions/<int:place>/take-back",
    view_func=conditions.take_back,
    methods=["GET", "POST"],
)

# last days of single tasks
blueprint.add_url_rule(
    "/missions/<int:mission>/tasks/<string:task>/last-days", view_func=closures.close_task, methods=["GET", "POST"]
)
blueprint.add_url_rule(
    "/last-days/<int:closure>/take-back", view_func=closures.take_back_closure, methods=["GET", "POST"]
)

# published texts
blueprint.add_url_rule("/instruments/<int:instrument>", view_func=views.instrument)
blueprint.add_url_rule(
    "/instruments/<int:instrument>/withdraw", view_func=withdrawing.withdraw, methods=["GET", "POST"]
)

for filter_name, word in (words.FILTERS | review_words.FILTERS).items():
    blueprint.add_app_template_filter(word, filter_name)
