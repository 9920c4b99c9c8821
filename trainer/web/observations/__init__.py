"""Lessons learned in missions: reported by anybody, reviewed, and answered by an edition."""

from flask import Blueprint

from trainer.web.observations import views

blueprint = Blueprint("observations", __name__, url_prefix="/observations")
blueprint.add_url_rule("/", view_func=views.reported)
blueprint.add_url_rule("/new", view_func=views.report, methods=["GET", "POST"])
blueprint.add_url_rule("/<int:observation>", view_func=views.observation)
blueprint.add_url_rule("/<int:observation>/review", view_func=views.review, methods=["POST"])
blueprint.add_url_rule("/<int:observation>/answer", view_func=views.answer, methods=["POST"])
