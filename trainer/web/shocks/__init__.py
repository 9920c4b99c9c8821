"""Losses of capacity: what was declared, declaring one, and ending it."""

from flask import Blueprint

from trainer.web.shocks import views

blueprint = Blueprint("shocks", __name__)

blueprint.add_url_rule("/losses/", view_func=views.shocks)
blueprint.add_url_rule("/losses/new", view_func=views.new, methods=["GET", "POST"])
blueprint.add_url_rule("/losses/<int:shock>", view_func=views.shock)
blueprint.add_url_rule("/losses/<int:shock>/end", view_func=views.end, methods=["POST"])
