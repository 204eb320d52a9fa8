"""The Jinja environment of document templates: a sandbox for printing, tests and loops."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

import jinja2
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from service.errors import GenerationFailed

ALLOWED_FILTERS = ("join", "length")


class MissingValue(jinja2.UndefinedError):
    """A placeholder without a value; the message is its name."""


class _NamedUndefined(jinja2.StrictUndefined):
    """Fails at any use, with the name of the missing value."""

    def _fail_with_undefined_error(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise MissingValue(self._undefined_name or "?")

    __str__ = __iter__ = __len__ = __bool__ = _fail_with_undefined_error
    __eq__ = __ne__ = __hash__ = __contains__ = _fail_with_undefined_error


class TemplateEnvironment(ImmutableSandboxedEnvironment):
    """Jinja without globals and almost without filters.

    ``escaped``: values go into XML, not plain text.
    """

    intercepted_binops = frozenset({"**", "*", "%"})

    def __init__(self, *, escaped: bool = True) -> None:
        super().__init__(autoescape=escaped, undefined=_NamedUndefined, finalize=_printable)
        self.globals.clear()
        self.filters = {name: self.filters[name] for name in ALLOWED_FILTERS}

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Refuse arithmetic that could exhaust memory."""
        raise SecurityError(f"operator {operator} is not allowed in a template")


def render(template: jinja2.Template, context: Mapping[str, Any]) -> str:
    """Fill a template. Raises GenerationFailed ``missing_value`` or ``template_refused``."""
    try:
        return template.render(context)
    except MissingValue as error:
        raise GenerationFailed("missing_value", str(error)) from error
    except jinja2.TemplateError as error:
        raise GenerationFailed("template_refused", str(error)) from error


def _printable(value: Any) -> Any:
    """Refuse null, which would print as None."""
    if value is None:
        raise MissingValue("a value that is null")
    return value
