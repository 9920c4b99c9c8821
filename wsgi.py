"""The application for a WSGI server: `gunicorn wsgi:app`."""

import os

from config import from_environment
from trainer.app import create_app

app = create_app(from_environment(os.environ))
