"""A commit's tree as it is checked out with its submodules, nested ones too."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from sealwright.services.git import SUBMODULE, Repository
from sealwright.services.git_answers import TreeEntry
from sealwright.services.processes import ProcessFailed


@dataclass
class WholeTree:
    """Paths are relative to the root of the outermost repository."""

    repository: Repository
    tree: dict[str, TreeEntry] = field(default_factory=dict)
    """Every file and link, those in submodules too."""
    submodules: dict[str, str] = field(default_factory=dict)
    """Path to recorded commit of submodules whose content is in `tree`."""
    unseen: dict[str, str] = field(default_factory=dict)
    """The same of those that are not at hand."""
    _owners: dict[str, Repository] = field(default_factory=dict)

    @classmethod
    def of(cls, repository: Repository, commit: str) -> WholeTree:
        """The tree of `commit`. A submodule that is not at hand, at the very commit that is recorded, is unseen."""
        whole = cls(repository)
        whole._descend(repository, commit, "")
        return whole

    def read(self, object_id: str) -> bytes:
        """The content of a blob of the tree. Raises Refused (`object-missing`)."""
        return self._owners.get(object_id, self.repository).blobs([object_id])[object_id]

    def _descend(self, repository: Repository, commit: str, prefix: str) -> None:
        for path, entry in repository.tree(commit).items():
            if entry.mode == SUBMODULE:
                self._enter(repository, commit, path, prefix)
            else:
                self.tree[prefix + path] = entry
                if prefix:
                    self._owners.setdefault(entry.object_id, repository)

    def _enter(self, repository: Repository, commit: str, path: str, prefix: str) -> None:
        recorded = repository.submodules(commit)[path]
        module = repository.module(commit, path)
        try:
            if module is not None:
                module.tree(recorded)  # a partial clone may have the commit alone
        except ProcessFailed:
            module = None
        if module is None:
            self.unseen[prefix + path] = recorded
            return
        self.submodules[prefix + path] = recorded
        self._descend(module, recorded, f"{prefix}{path}/")


def mirror_with_submodules(repository: Repository, commit: str, target: Path) -> None:
    """A bare copy, and in its `modules` bare copies of the submodules of `commit` that are at hand."""
    repository.mirror(target)
    for path, name in repository.submodule_names(commit).items():
        recorded = repository.submodules(commit).get(path)
        module = repository.module(commit, path) if recorded else None
        if module is not None and recorded is not None:
            mirror_with_submodules(module, recorded, target / "modules" / name)
