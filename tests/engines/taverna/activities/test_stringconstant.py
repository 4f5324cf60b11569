from taverna_server.engines.taverna.activities.registry import bound_activity_class
from taverna_server.workflow.model import Activity, Bean

from .conftest import Bind


def test_constant_keeps_its_white_space(bind: Bind) -> None:
    config = Bean("bean", children=(Bean("value", " two\n lines \n"),))
    assert bind("stringconstant", config).invoke({}) == {"value": " two\n lines \n"}


def test_constant_without_a_value_is_a_problem() -> None:
    activity = Activity("stringconstant", "", {}, {}, Bean("bean"))
    assert list(bound_activity_class("stringconstant").problems(activity)) == [
        "The string constant has no value."
    ]
