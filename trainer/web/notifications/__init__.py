"""What the reader was told."""

from flask import Blueprint

from trainer.web.notifications import views

blueprint = Blueprint("notifications", __name__, url_prefix="/messages")
blueprint.add_url_rule("/", view_func=views.inbox)
blueprint.add_url_rule("/<int:message>/read", view_func=views.mark_read, methods=["POST"])
blueprint.add_url_rule("/read", view_func=views.mark_all_read, methods=["POST"])
