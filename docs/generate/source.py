"""What a module's source says that its objects do not: signatures as written, and the texts under attributes."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any


@dataclass(frozen=True)
class Member:
    """A function, method or attribute: how it is written, and its docstring."""

    name: str
    signature: str
    text: str


def members(owner: Any) -> list[Member]:
    """The public functions, methods and attributes of a module or class, in order."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(owner)))
    body = tree.body if inspect.ismodule(owner) else tree.body[0].body  # type: ignore[attr-defined]
    return [member for member in _members(body, owner.__name__) if not member.name.startswith("_")]


def _members(body: list[ast.stmt], owner: str) -> Iterator[Member]:
    for node, following in pairwise([*body, ast.Pass()]):
        if isinstance(node, ast.FunctionDef):
            yield Member(node.name, _signature(node, owner), inspect.cleandoc(ast.get_docstring(node) or ""))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield Member(node.target.id, _attribute(node), _string(following))
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            yield Member(node.targets[0].id, node.targets[0].id, _string(following))


def _signature(node: ast.FunctionDef, owner: str) -> str:
    """``clips() -> Clips``; properties look like attributes, what is called on the class itself says so."""
    returns = ast.unparse(node.returns) if node.returns else "None"
    decorators = set(map(ast.unparse, node.decorator_list))
    if "property" in decorators:
        return f"{node.name}: {returns}"
    name = f"{owner}.{node.name}" if "classmethod" in decorators else node.name
    arguments = ast.unparse(node.args).removeprefix("self").removeprefix("cls").removeprefix(", ")
    return f"{name}({arguments})" + (f" -> {returns}" if returns != "None" else "")


def _attribute(node: ast.AnnAssign) -> str:
    """``stop: str | None = None``, also where the default is within ``field(default=…)``."""
    return re.sub(r" = field\(default=(.*)\)$", r" = \1", ast.unparse(node))


def _string(node: ast.stmt) -> str:
    """The text of a string that stands alone, as below an attribute."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
        return inspect.cleandoc(node.value.value)
    return ""
