"""The application for a WSGI server: `gunicorn -k gthread --no-control-socket wsgi:app`."""

import gc
import os

from config import from_environment
from trainer.app import create_app
from trainer.worker import start_in_process

settings = from_environment(os.environ)
app = create_app(settings)
if settings.on_sqlite and settings.scheduler:
    start_in_process(app)
gc.freeze()  # what lives as long as the process need not be looked through whenever a long page makes many values
