"""Questions to people, on web pages, answered while the workflow waits (activities.md 12).

Pages and data are files in ``wd/interactions``, request and reply are entries of
the feed (``interactionfeed.py``). Who answers, and how, is no concern of this:
a browser with our page, the Player, a script. There is no time limit.
"""

from __future__ import annotations

import itertools
import json
import uuid
from collections.abc import Iterable, Sequence
from pathlib import Path

from taverna_server.data.guarded import read_guarded
from taverna_server.data.rundir import write_atomically
from taverna_server.data.values import (
    ErrorDocument,
    ListValue,
    Value,
    make_list,
    read_bytes,
    read_text,
)
from taverna_server.engines.taverna.activities.base import (
    ActivityFailure,
    BoundActivity,
    Inputs,
    Outputs,
    RunContext,
)
from taverna_server.engines.taverna.activities.interactionfeed import Feed, Question
from taverna_server.engines.taverna.activities.interactionpages import (
    FIXED,
    PAGES,
    TEMPLATES,
    Template,
    frame_page,
    presentation_page,
)
from taverna_server.workflow.model import Activity, ActivityPort, Bean

NO_PAGE = "Unable to generate HTML"
NOT_READ = "Data read failed"
_LARGEST_ANSWER = 1 << 26


class Interaction(BoundActivity):
    """Asks once for each invocation and waits for the answer."""

    here = True  # it waits, and counts its questions

    def __init__(self, activity: Activity, context: RunContext) -> None:
        super().__init__(activity, context)
        config = activity.config or Bean("none")
        self._origin = config.text_of("presentationOrigin").strip()
        self._template = _template(activity)
        self._notification = _is_notification(activity)
        self._depths = {port.name: port.depth for port in self.output_ports(activity)}
        self._binary = {port.name for port in activity.inputs if port.binary}
        self._place = context.wd / "interactions"
        self._feed = Feed(context.wd / "feed")
        self._counts = itertools.count()

    @classmethod
    def problems(cls, activity: Activity) -> Iterable[str]:
        config = activity.config or Bean("none")
        origin = config.text_of("presentationOrigin").strip()
        if not origin:
            yield "The interaction does not say which page to show."
        elif _is_template(config) and origin not in TEMPLATES:
            known = ", ".join(TEMPLATES)
            yield f"The interaction template '{origin}' is not known here; these are: {known}."

    @classmethod
    def output_ports(cls, activity: Activity) -> Sequence[ActivityPort]:
        template = _template(activity)
        if activity.outputs or template is None or not template.answers:
            return activity.outputs
        return (ActivityPort("answer"),)

    def invoke(self, inputs: Inputs) -> Outputs:
        if self._template is None and not self._origin.startswith(("http:", "https:")):
            raise ActivityFailure(NO_PAGE, f"there is no page '{self._origin}'")
        self.context.check_cancelled()
        id = uuid.uuid4().hex
        request = self._publish(id, inputs)
        if self._notification:
            return {}
        status = self._feed.wait(id, self.context)
        try:
            return self._answer(id, status)
        finally:
            self._clear_away(id, request)

    def _publish(self, id: str, inputs: Inputs) -> Path:
        """Pages and data first, then the request that speaks of them."""
        self._place.mkdir(parents=True, exist_ok=True)
        for name in FIXED:
            if not (self._place / name).exists():
                write_atomically(self._place / name, (PAGES / name).read_bytes())
        data = {name: self._described(id, name, value) for name, value in inputs.items()}
        presentation = self._origin
        if self._template is not None:
            presentation = f"presentation{id}.html"
            self._write(presentation, presentation_page(self._template, data))
        self._write(f"interaction{id}InputData.json", json.dumps(data, ensure_ascii=False))
        page = frame_page(id, self.context.run_id, presentation, self._notification)
        self._write(f"interaction{id}.html", page)
        return self._feed.publish(self._question(id))

    def _question(self, id: str) -> Question:
        return Question(
            id,
            self.context.run_id,
            self.path.replace("/", ":"),
            next(self._counts),
            f"wd/interactions/interaction{id}.html",
            self._notification,
        )

    def _described(self, id: str, port: str, value: Value, place: str = "") -> object:
        """As JSON; bytes are a file of their own, and its name."""
        if isinstance(value, ListValue):
            items = enumerate(value, 1)
            return [self._described(id, port, item, f"{place}_{n}") for n, item in items]
        if isinstance(value, ErrorDocument):
            raise TypeError("interactions take values without errors")
        if port not in self._binary:
            return read_text(value)
        name = f"interaction{id}_{port}{place}"
        write_atomically(self._place / name, read_bytes(value))
        return name

    def _write(self, name: str, text: str) -> None:
        write_atomically(self._place / name, text.encode("utf-8", "replace"))

    def _answer(self, id: str, status: str) -> Outputs:
        if status != "OK":
            raise ActivityFailure(status or "The interaction was answered without a status")
        try:
            content = read_guarded(self._place / f"interaction{id}OutputData.json", _LARGEST_ANSWER)
            answer = json.loads(content)
        except (OSError, ValueError) as error:
            raise ActivityFailure(NOT_READ, str(error)) from error
        if not isinstance(answer, dict):
            raise ActivityFailure(NOT_READ, "the answer is no JSON object")
        for port in answer:
            if port not in self._depths:
                raise ActivityFailure(f"Data sent for unknown port : {port}")
        return {port: _value(answer[port], self._depths[port]) for port in answer}

    def _clear_away(self, id: str, request: Path) -> None:
        """The question is answered: only the reply stays, for those who look who answered."""
        request.unlink(missing_ok=True)
        for file in self._place.glob(f"*{id}*"):
            file.unlink(missing_ok=True)


def _is_template(config: Bean) -> bool:
    return config.text_of("interactionActivityType").strip() == "VelocityTemplate"


def _template(activity: Activity) -> Template | None:
    """The built-in question; None where the page is somebody else's."""
    config = activity.config or Bean("none")
    if not _is_template(config):
        return None
    return TEMPLATES.get(config.text_of("presentationOrigin").strip())


def _is_notification(activity: Activity) -> bool:
    config = activity.config or Bean("none")
    template = _template(activity)
    said = config.text_of("progressNotification").strip() == "true"
    return said or (template is not None and not template.answers)


def _value(answer: object, depth: int) -> Value:
    """JSON at a port's depth. Raises ActivityFailure where a list is missing."""
    if depth == 0:
        return answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False)
    if not isinstance(answer, list):
        raise ActivityFailure(NOT_READ, f"a list of depth {depth} was expected")
    return make_list((_value(item, depth - 1) for item in answer), depth)
