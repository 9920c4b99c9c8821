"""Signing in, one's own account, people, and administration."""

from flask import Blueprint

from trainer.web.accounts import administration, people, views

blueprint = Blueprint("accounts", __name__)
blueprint.before_app_request(views.note_browser)

# signing in and out
blueprint.add_url_rule("/sign-in", view_func=views.sign_in, methods=["GET", "POST"])
blueprint.add_url_rule("/sign-out", view_func=views.sign_out, methods=["POST"])

# one's own account
blueprint.add_url_rule("/account/", view_func=views.me, methods=["GET", "POST"])
blueprint.add_url_rule("/account/password", view_func=views.password, methods=["GET", "POST"])
blueprint.add_url_rule("/account/browsers/<int:browser>/sign-out", view_func=views.end_browser, methods=["POST"])
blueprint.add_url_rule("/account/browsers/sign-out-others", view_func=views.end_other_browsers, methods=["POST"])

# people
blueprint.add_url_rule("/people/", view_func=people.people)
blueprint.add_url_rule("/people/<int:person>", view_func=people.person)
blueprint.add_url_rule("/people/<int:person>/move", view_func=people.move, methods=["GET", "POST"])
blueprint.add_url_rule("/people/<int:person>/leave", view_func=people.leave, methods=["GET", "POST"])

# administration
blueprint.add_url_rule("/administration/", view_func=administration.administration)
blueprint.add_url_rule("/administration/accounts/", view_func=administration.accounts)
blueprint.add_url_rule("/administration/accounts/new", view_func=administration.enrol, methods=["GET", "POST"])
blueprint.add_url_rule("/administration/accounts/<int:person>", view_func=administration.account)
blueprint.add_url_rule(
    "/administration/accounts/<int:person>/offices", view_func=administration.grant_office, methods=["POST"]
)
blueprint.add_url_rule(
    "/administration/accounts/<int:person>/password", view_func=administration.reset_password, methods=["POST"]
)
blueprint.add_url_rule(
    "/administration/accounts/<int:person>/sign-out", view_func=administration.sign_out_everywhere, methods=["POST"]
)
blueprint.add_url_rule(
    "/administration/offices/<int:membership>/end", view_func=administration.end_office, methods=["POST"]
)
