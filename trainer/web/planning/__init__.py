"""Plans: what waits for a decision, what is being worked out, and what policy lets plans do by themselves."""

from flask import Blueprint

from trainer.web.planning import returns, views

blueprint = Blueprint("planning", __name__)

# What there is
blueprint.add_url_rule("/plans/", view_func=views.plans)
blueprint.add_url_rule("/plans/anew", view_func=views.anew, methods=["POST"])
blueprint.add_url_rule("/plans/policy", view_func=views.policy, methods=["GET", "POST"])

# One plan
blueprint.add_url_rule("/plans/<int:plan>", view_func=views.plan)
blueprint.add_url_rule("/plans/<int:plan>/paper", view_func=views.paper)
blueprint.add_url_rule("/plans/<int:plan>/seats", view_func=views.seats)
blueprint.add_url_rule("/plans/<int:plan>/approve", view_func=views.approve, methods=["POST"])
blueprint.add_url_rule("/plans/<int:plan>/dismiss", view_func=views.dismiss, methods=["POST"])
blueprint.add_url_rule("/plans/<int:plan>/undo", view_func=views.undo, methods=["POST"])
blueprint.add_url_rule("/plans/<int:plan>/again", view_func=views.again, methods=["POST"])
blueprint.add_url_rule("/plans/<int:plan>/improve", view_func=views.improve, methods=["POST"])

# One run
blueprint.add_url_rule("/plan-runs/<int:run>", view_func=views.run)
blueprint.add_url_rule("/plan-runs/<int:run>/progress", view_func=views.progress)
blueprint.add_url_rule("/plan-runs/<int:run>/cancel", view_func=views.cancel, methods=["POST"])

# What is given back
blueprint.add_url_rule(
    "/instruments/<int:instrument>/given-back", view_func=returns.of_instrument, endpoint="returns_of_instrument"
)
blueprint.add_url_rule(
    "/instruments/<int:instrument>/given-back.json",
    view_func=returns.of_instrument_json,
    endpoint="returns_of_instrument_json",
)
blueprint.add_url_rule("/plans/<int:plan>/given-back", view_func=returns.of_plan, endpoint="returns_of_plan")
blueprint.add_url_rule(
    "/plans/<int:plan>/given-back.json", view_func=returns.of_plan_json, endpoint="returns_of_plan_json"
)
