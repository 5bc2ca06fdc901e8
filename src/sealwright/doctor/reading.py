"""A workflow or a composite action out of its file. What GitHub itself would refuse is left out, not guessed at."""

from __future__ import annotations

from collections.abc import Mapping

from sealwright.doctor.nodes import Node, Table, Text, Unreadable, read_yaml, texts_in
from sealwright.doctor.workflow import (
    Action,
    Concurrency,
    Environment,
    Job,
    Permissions,
    Place,
    Step,
    Trigger,
    Uses,
    Workflow,
)


def read_workflow(path: str, text: str) -> Workflow:
    """The workflow in a file. Raises Unreadable where there is none."""
    root = read_yaml(path, text)
    for key in ("on", "jobs"):
        if root.get(key) is None:
            raise Unreadable(1, f"it has no `{key}`, so it is no workflow")
    permissions = _permissions(root, path)
    shell = _shell(root)
    jobs = [
        _job(key.value, Place.of(key), node, permissions, shell)
        for key, node in root.table("jobs")
        if isinstance(node, Table)
    ]
    return Workflow(
        path=path,
        place=Place(path, root.line_of("jobs")),
        triggers=_triggers(root),
        jobs=tuple(jobs),
        permissions=permissions,
        concurrency=_concurrency(root, path),
        env=root.table("env").words(),
    )


def read_action(path: str, text: str) -> Action:
    """The action in a file; without steps where it is not a composite one. Raises Unreadable."""
    return Action(path, _steps(read_yaml(path, text).table("runs"), path))


def _triggers(root: Table) -> tuple[Trigger, ...]:
    node = root.get("on")
    if not isinstance(node, Table):
        return tuple(Trigger(text.value, Place.of(text)) for text in texts_in(node))
    return tuple(_trigger(key, value if isinstance(value, Table) else Table({}, key.line)) for key, value in node)


def _trigger(event: Text, table: Table) -> Trigger:
    return Trigger(
        event.value,
        Place.of(event),
        branches=_patterns(table, "branches"),
        tags=_patterns(table, "tags"),
        types=tuple(text.value for text in table.texts("types")),
    )


def _patterns(table: Table, key: str) -> tuple[str, ...] | None:
    if table.get(key) is not None:
        return tuple(text.value for text in table.texts(key))
    return ("**",) if table.get(f"{key}-ignore") is not None else None


def _permissions(table: Table, path: str) -> Permissions | None:
    node = table.get("permissions")
    place = Place(path, table.line_of("permissions"))
    if isinstance(node, Table):
        return Permissions(place, grants=node.words())
    if isinstance(node, Text) and node.value in ("read-all", "write-all"):
        return Permissions(place, all=node.value)
    return None


def _concurrency(table: Table, path: str) -> Concurrency | None:
    node = table.get("concurrency")
    place = Place(path, table.line_of("concurrency"))
    if isinstance(node, Text):
        return Concurrency(place, node, None)
    if isinstance(node, Table):
        return Concurrency(place, node.text("group"), node.text("cancel-in-progress"))
    return None


def _shell(table: Table) -> str:
    found = table.table("defaults").table("run").text("shell")
    return found.value if found else ""


def _job(id_: str, place: Place, table: Table, inherited: Permissions | None, shell: str) -> Job:
    own = _permissions(table, place.path)
    uses, image = table.text("uses"), table.get("container")
    runs_on = table.get("runs-on")
    return Job(
        id=id_,
        place=place,
        steps=_steps(table, place.path),
        uses=Uses(uses) if uses else None,
        with_=_inputs(table),
        secrets=_secrets(table),
        runs_on=table.table("runs-on").texts("labels") if isinstance(runs_on, Table) else texts_in(runs_on),
        runner_group=isinstance(runs_on, Table) and runs_on.get("group") is not None,
        needs=tuple(text.value for text in table.texts("needs")),
        condition=_word(table, "if"),
        permissions=own or inherited,
        own_permissions=own is not None,
        environment=_environment(table, place.path),
        concurrency=_concurrency(table, place.path),
        env=table.table("env").words(),
        image=image if isinstance(image, Text) else table.table("container").text("image"),
        shell=_shell(table) or shell,
    )


def _secrets(table: Table) -> Mapping[str, Text]:
    found = table.get("secrets")
    return {"inherit": found} if isinstance(found, Text) else table.table("secrets").words()


def _environment(table: Table, path: str) -> Environment | None:
    node = table.get("environment")
    place = Place(path, table.line_of("environment"))
    if isinstance(node, Text):
        return Environment(place, node.value)
    if isinstance(node, Table):
        return Environment(place, _word(node, "name"), _word(node, "url"))
    return None


def _steps(table: Table, path: str) -> tuple[Step, ...]:
    return tuple(_step(item, path) for item in table.tables("steps"))


def _step(table: Table, path: str) -> Step:
    uses = table.text("uses")
    return Step(
        place=Place(path, table.line_of("uses") if uses else table.line_of("run")),
        uses=Uses(uses) if uses else None,
        run=table.text("run"),
        with_=_inputs(table),
        env=table.table("env").words(),
        condition=_word(table, "if"),
        shell=_word(table, "shell"),
    )


def _inputs(table: Table) -> Mapping[str, Text]:
    # GitHub compares the names of inputs without regard to case.
    return {name.lower(): text for name, text in table.table("with").words().items()}


def _word(table: Table, key: str) -> str:
    found: Node | None = table.get(key)
    return found.value if isinstance(found, Text) else ""
