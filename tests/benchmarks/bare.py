"""The floor of every read: a Flask view that does nothing."""

from flask import Flask

app = Flask(__name__)


@app.get("/")
def word() -> tuple[str, dict[str, str]]:
    return "Finished", {"Content-Type": "text/plain"}
