"""Methods of Java classes, called in the run's JVM (activities.md 18).

The classes are those of Java and of the libraries in ``wd/lib``. A call becomes a
BeanShell script that finds the method by its types. Values go in and out as
text; an object that is neither text nor number stays in the JVM and travels as a
name, under which the next call finds it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from taverna_server.data.values import ErrorDocument
from taverna_server.engines.taverna.activities.base import (
    ActivityFailure,
    Outputs,
    RunContext,
)
from taverna_server.engines.taverna.activities.beanshell import Beanshell, variable
from taverna_server.engines.taverna.activities.jvmprocess import Answer
from taverna_server.workflow.model import Activity, ActivityPort, Bean

OBJECT, RESULT = "object", "result"
_ERROR = "tavernaError"
_AS_TEXT = frozenset({
    "boolean", "byte", "char", "short", "int", "long", "float", "double",
    "java.lang.Boolean", "java.lang.Byte", "java.lang.Character", "java.lang.Short",
    "java.lang.Integer", "java.lang.Long", "java.lang.Float", "java.lang.Double",
    "java.lang.String", "java.math.BigInteger", "java.math.BigDecimal",
})  # fmt: skip
_STREAMS = frozenset({"byte", "char"})
"""Arrays of these are one value, not a list."""

_LIBRARY = """
import java.lang.reflect.*;
tavernaBase(type) {
    if (type.equals("boolean")) return Boolean.TYPE;
    if (type.equals("byte")) return Byte.TYPE;
    if (type.equals("char")) return Character.TYPE;
    if (type.equals("short")) return Short.TYPE;
    if (type.equals("int")) return Integer.TYPE;
    if (type.equals("long")) return Long.TYPE;
    if (type.equals("float")) return Float.TYPE;
    if (type.equals("double")) return Double.TYPE;
    return Class.forName(type, true, Thread.currentThread().getContextClassLoader());
}
tavernaClass(type, dimension) {
    found = tavernaBase(type);
    for (i = 0; i < dimension; i++) found = Array.newInstance(found, 0).getClass();
    return found;
}
tavernaOne(type, given) {
    stored = System.getProperties().get(given);
    isName = given instanceof String && given.startsWith("taverna.object.");
    if (isName && stored != null) return stored;
    if (type.equals("java.lang.String") || type.equals("java.lang.Object")) return given;
    isCharacter = type.equals("char") || type.equals("java.lang.Character");
    if (isCharacter) return new Character(given.charAt(0));
    if (type.equals("boolean")) return Boolean.valueOf(given);
    if (type.equals("byte")) return Byte.valueOf(given);
    if (type.equals("short")) return Short.valueOf(given);
    if (type.equals("int")) return Integer.valueOf(given);
    if (type.equals("long")) return Long.valueOf(given);
    if (type.equals("float")) return Float.valueOf(given);
    if (type.equals("double")) return Double.valueOf(given);
    parameter = new Class[] { String.class };
    return tavernaBase(type).getConstructor(parameter).newInstance(new Object[] { given });
}
tavernaGiven(type, dimension, given) {
    if (dimension == 1 && type.equals("byte")) return given;
    if (dimension == 1 && type.equals("char")) return given.toCharArray();
    if (dimension == 0) return tavernaOne(type, given);
    made = Array.newInstance(tavernaClass(type, dimension - 1), given.size());
    for (n = 0; n < given.size(); n++)
        Array.set(made, n, tavernaGiven(type, dimension - 1, given.get(n)));
    return made;
}
tavernaKept(value) {
    name = "taverna.object." + java.util.UUID.randomUUID();
    System.getProperties().put(name, value);
    return name;
}
tavernaTaken(type, dimension, value, text) {
    if (value == null) return null;
    if (dimension == 1 && type.equals("byte")) return value;
    if (dimension == 1 && type.equals("char")) return new String(value);
    if (dimension == 0) return text ? value.toString() : tavernaKept(value);
    taken = new ArrayList();
    for (k = 0; k < Array.getLength(value); k++)
        taken.add(tavernaTaken(type, dimension - 1, Array.get(value, k), text));
    return taken;
}
tavernaReason(thrown) {
    return thrown instanceof InvocationTargetException ? thrown.getCause() : thrown;
}
"""


@dataclass(frozen=True, slots=True)
class Method:
    """What to call."""

    class_name: str
    name: str
    parameters: tuple[tuple[str, str, int], ...]
    """Name, type and dimension of each."""
    return_type: str
    return_dimension: int
    is_static: bool
    is_constructor: bool

    @property
    def needs_object(self) -> bool:
        return not (self.is_static or self.is_constructor)

    @property
    def inputs(self) -> tuple[ActivityPort, ...]:
        ports = tuple(_port(*parameter) for parameter in self.parameters)
        return (ActivityPort(OBJECT), *ports) if self.needs_object else ports

    @property
    def outputs(self) -> tuple[ActivityPort, ...]:
        result = _port(RESULT, self.return_type, self.return_dimension)
        has_result = self.return_type != "void" and not self.is_constructor
        has_object = self.is_constructor or not self.is_static
        return (
            *((ActivityPort(OBJECT),) if has_object else ()),
            *((result,) if has_result else ()),
        )


class ApiConsumer(Beanshell):
    """Calls the method of the configuration."""

    here = True  # objects of one call are for the next

    def __init__(self, activity: Activity, context: RunContext) -> None:
        self._method = read_method(activity)
        self._prefix = f"API Consumer {self._method.class_name}.{self._method.name} error: "
        super().__init__(_as_script(activity, self._method), context)

    @classmethod
    def problems(cls, activity: Activity) -> Iterable[str]:
        method = read_method(activity)
        if not _is_name(method.class_name) or not _is_name(method.name):
            yield "The API consumer does not say which method of which class to call."

    @classmethod
    def output_ports(cls, activity: Activity) -> Sequence[ActivityPort]:
        return read_method(activity).outputs

    def _result(self, answer: Answer) -> Outputs | ActivityFailure:
        found = super()._result(answer)
        if isinstance(found, ActivityFailure):
            return found
        error = found[_ERROR]
        if isinstance(error, str):
            return ActivityFailure(self._prefix + error)
        return {
            port: value
            for port, value in found.items()
            if port != _ERROR and not isinstance(value, ErrorDocument)
        }


def read_method(activity: Activity) -> Method:
    """What the configuration says; names and types that are missing are left out."""
    config = activity.config or Bean("none")
    names = [bean.text for bean in config.all("parameterNames", "string")]
    types = [bean.text for bean in config.all("parameterTypes", "string")]
    dimensions = [int(bean.text) for bean in config.all("parameterDimensions", "int")]
    return Method(
        config.text_of("className").strip(),
        config.text_of("methodName").strip(),
        tuple(zip(names, types, dimensions, strict=False)),
        config.text_of("returnType", "void").strip(),
        int(config.text_of("returnDimension", "0") or 0),
        config.text_of("isMethodStatic").strip() == "true",
        config.text_of("isMethodConstructor").strip() == "true",
    )


def _port(name: str, kind: str, dimension: int) -> ActivityPort:
    streamed = kind in _STREAMS and dimension > 0
    depth = dimension - 1 if streamed else dimension
    return ActivityPort(name, depth, binary=kind == "byte" and dimension > 0)


def _as_script(activity: Activity, method: Method) -> Activity:
    """The activity with a script in place of the method; ports get plain names inside."""
    names = (_is_name(method.class_name), _is_name(method.name))
    text = _LIBRARY + _call(method) if all(names) else f'{_ERROR} = "no method is named";'
    others = activity.config.children if activity.config else ()
    return replace(
        activity,
        config=Bean("bean", children=(*others, Bean("script", text))),
        inputs=method.inputs,
        outputs=(*method.outputs, ActivityPort(_ERROR)),
    )


def _call(method: Method) -> str:
    """The call itself; what goes wrong becomes the text of an output."""
    types = "".join(f"tavernaClass({_text(t)}, {d}), " for _, t, d in method.parameters)
    values = "".join(
        f"tavernaGiven({_text(t)}, {d}, {variable(n)}), " for n, t, d in method.parameters
    )
    lines = [
        f"tavernaTarget = tavernaBase({_text(method.class_name)});",
        f"tavernaTypes = new Class[] {{ {types} }};",
        f"tavernaValues = new Object[] {{ {values} }};",
    ]
    if method.is_constructor:
        lines.append(
            "object = tavernaKept("
            "tavernaTarget.getConstructor(tavernaTypes).newInstance(tavernaValues));"
        )
    else:
        lines += _invocation(method)
    body = "\n    ".join(lines)
    return f"""
try {{
    {body}
}} catch (ClassNotFoundException tavernaThrown) {{
    {_ERROR} = "No class " + tavernaThrown.getMessage() + " found!";
}} catch (NoSuchMethodException tavernaThrown) {{
    {_ERROR} = {_text(f"No method with name {method.name} found.")};
}} catch (Throwable tavernaThrown) {{
    {_ERROR} = "" + tavernaReason(tavernaThrown);
}}
"""


def _invocation(method: Method) -> list[str]:
    lines = ["tavernaReceiver = null;"]
    if method.needs_object:
        missing = _text("Referenced a non static method but no object supplied to act on!")
        lines = [
            'tavernaReceiver = object == void ? null : tavernaOne("java.lang.Object", object);',
            f"if (tavernaReceiver == null) throw new IllegalStateException({missing});",
        ]
    text = "true" if method.return_type in _AS_TEXT else "false"
    return [
        *lines,
        f"tavernaMethod = tavernaTarget.getMethod({_text(method.name)}, tavernaTypes);",
        "tavernaValue = tavernaMethod.invoke(tavernaReceiver, tavernaValues);",
        f"result = tavernaTaken({_text(method.return_type)}, {method.return_dimension}, "
        f"tavernaValue, {text});",
    ]


def _text(text: str) -> str:
    """A Java string."""
    return json.dumps(text)


def _is_name(text: str) -> bool:
    return bool(text) and all(part.isidentifier() for part in text.replace("$", "_").split("."))
