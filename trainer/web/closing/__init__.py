"""Leaving an operation: how a mission ends, and people who are transferred to another."""

from flask import Blueprint

from trainer.web.closing import views

blueprint = Blueprint("closing", __name__)

blueprint.add_url_rule("/missions/<int:mission>/closing", view_func=views.closing)
blueprint.add_url_rule("/missions/<int:mission>/closing/days", view_func=views.days, methods=["GET", "POST"])
blueprint.add_url_rule("/missions/<int:mission>/transfer", view_func=views.transfer, methods=["GET", "POST"])
