"""Django: `manage.py pgwhy`, and a check that says why a database does not connect (`pip install pgwhy[django]`).

INSTALLED_APPS = [..., "pgwhy.integrations.django"]
"""
