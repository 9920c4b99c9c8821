"""The ledger for those who must be able to prove what happened."""

from flask import Blueprint

from trainer.web.audit import views

blueprint = Blueprint("audit", __name__, url_prefix="/audit")

# looking for something
blueprint.add_url_rule("/", view_func=views.search)
blueprint.add_url_rule("/file", view_func=views.search_file)
blueprint.add_url_rule("/<string:kind>/<int:subject>", view_func=views.subject)

# one entry, and the whole
blueprint.add_url_rule("/entries/<int:entry>", view_func=views.entry)
blueprint.add_url_rule("/verify", view_func=views.verify)
