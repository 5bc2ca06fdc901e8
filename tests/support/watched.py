"""Two published releases of tiny with everything that was signed about them, on stand-ins, to be looked at later."""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sealwright.dossier.codec import encode_json
from sealwright.endpoints import OSV_VARIABLE, PYPI_VARIABLE, TRUST_CONFIG_VARIABLE
from sealwright.model import FileRef
from sealwright.pipeline.pins import FLOWS, Pin
from sealwright.rehearsal.standins.advisories import AdvisoriesStandIn
from sealwright.rehearsal.standins.github import GitHubStandIn
from sealwright.rehearsal.standins.identity import Run, TokenIssuer
from sealwright.rehearsal.standins.pypi import PyPIStandIn
from sealwright.services.github import GitHub
from sealwright.services.signing import open_signer
from tests.support.advisories import REAL, write_advisories
from tests.support.audits import digest
from tests.support.projects import make_project
from tests.support.pypi import PUBLISHER, World, make_world, write_sdist
from tests.support.wheels import sha256_of, write_wheel

REPOSITORY = "owner/tiny"
VERSIONS = {"1.0": "a" * 40, "1.1": "b" * 40}
"""Each with its commit."""
SHIPPED = {"1.0": ("requests", "2.19.1"), "1.1": ("idna", "3.20")}
"""Each with the package that it brings; the older one's is known to be vulnerable."""
PIN = Pin("v4.2.2", "c" * 40)
ACTION = "actions/checkout"
WORKFLOW = f"jobs:\n  build:\n    steps:\n      - uses: {ACTION}@{PIN.commit} # {PIN.version}\n"
PROJECT = {
    "pyproject.toml": f'[project]\nname = "tiny"\n[tool.sealwright]\nrepository = "{REPOSITORY}"\n',
    ".github/workflows/release.yml": WORKFLOW,
}
GENERATOR = FLOWS[next(iter(FLOWS))]
GENERATOR_REPOSITORY = "slsa-framework/slsa-github-generator"


def sbom(wheel: Path, version: str, *packages: tuple[str, str]) -> bytes:
    """An SBOM of a wheel of tiny and the packages it brings."""
    own = ("tiny", version, sha256_of(wheel))
    found = [own, *((name, its, digest(name, its)) for name, its in packages)]
    components = [
        {
            "type": "library",
            "bom-ref": f"{name}-{its}",
            "name": name,
            "version": its,
            "purl": f"pkg:pypi/{name}@{its}",
            "hashes": [{"alg": "SHA-256", "content": sha256}],
        }
        for name, its, sha256 in found
    ]
    document = {"bomFormat": "CycloneDX", "specVersion": "1.6", "metadata": {"component": components[0]}}
    return encode_json({**document, "components": components[1:]})


def publish_all(folder: Path) -> None:
    """Make both releases in `folder`, which then holds the state of every stand-in."""
    for version, commit in VERSIONS.items():
        run = Run(REPOSITORY, f"refs/tags/v{version}", commit)
        with make_world(folder / "world", [PUBLISHER], run=run) as world:
            dist = folder / f"made-{version}" / "dist"
            write_wheel(dist, version=version)
            write_sdist(dist, version=version)
            files = {path.name: path.read_bytes() for path in dist.iterdir()}
            world.publish(dist)
            _announce(folder, world, version, files)


def _announce(folder: Path, world: World, version: str, files: dict[str, bytes]) -> None:
    made = folder / f"made-{version}"
    (wheel,) = (made / "dist").glob("*.whl")
    described = {f"{wheel.name}.cdx.json": sbom(wheel, version, SHIPPED[version])}
    refs = [FileRef.of(f"dist/{name}", data) for name, data in files.items() if not name.endswith(".attestation")]
    refs += [FileRef.of(f"evidence/{name}", data) for name, data in described.items()]
    stated = {"repository": REPOSITORY, "version": version, "tag": f"v{version}", "commit": VERSIONS[version]}
    (made / "release.json").write_bytes(encode_json({**stated, "files": [dataclasses.asdict(ref) for ref in refs]}))
    environ = world.environ("seal")
    with open_signer(environ[TRUST_CONFIG_VARIABLE], environ) as signer:
        signature = signer.sign_file(made / "release.json")
    assets = {
        "release.json": (made / "release.json").read_bytes(),
        "release.json.sigstore.json": signature,
        **described,
        **files,
    }
    with GitHubStandIn(folder / "github", REPOSITORY) as standin:
        github = GitHub(standin.url, REPOSITORY, standin.token({"contents": "write"}))
        release = github.create_draft(
            f"v{version}", commit=VERSIONS[version], title=f"tiny {version}", notes="Notes.", prerelease=False
        )
        for name, data in assets.items():
            github.upload_asset(release, name, data)
        github.publish(release, make_latest=True)


@dataclass
class Watch:
    """Both releases as they are served now, and what whoever looks at them is told."""

    pypi: PyPIStandIn
    github: GitHubStandIn
    osv: AdvisoriesStandIn
    project: Path
    environ: dict[str, str]

    @property
    def stored(self) -> Any:
        """What GitHub keeps of the releases, to be changed by whoever attacks."""
        return self.github._releases

    def release(self, version: str) -> dict[str, Any]:
        found: dict[str, Any] = self.stored.by_tag(f"v{version}")
        return found

    def replace_asset(self, version: str, name: str, data: bytes) -> None:
        """As somebody can whose releases are not immutable."""
        release = self.release(version)
        release["immutable"] = False
        release["assets"] = [asset for asset in release["assets"] if asset["name"] != name]
        self.stored.add_asset(release, name, "", "application/octet-stream", data)

    def asset(self, version: str, name: str) -> bytes:
        (asset,) = (asset for asset in self.release(version)["assets"] if asset["name"] == name)
        data: bytes = self.stored.content(asset)
        return data


@contextmanager
def watching(made: Path, folder: Path) -> Iterator[Watch]:
    """A copy of what `publish_all` made, served."""
    shutil.copytree(made, folder, dirs_exist_ok=True)
    root = json.loads((folder / "world/trust_config.json").read_bytes())["trustedRoot"]
    issuer = TokenIssuer(folder / "world/identity")
    pypi = PyPIStandIn("pypi", folder / "world/pypi", issuer, json.dumps(root).encode(), [PUBLISHER])
    github = GitHubStandIn(folder / "github", REPOSITORY)
    github.tags = {
        REPOSITORY: {f"v{version}": commit for version, commit in VERSIONS.items()},
        ACTION: {PIN.version: PIN.commit, "v4": PIN.commit},
        GENERATOR_REPOSITORY: {GENERATOR.version: GENERATOR.commit},
    }
    with pypi, github, AdvisoriesStandIn(write_advisories(folder / "osv", *REAL)) as osv:
        for name, version in SHIPPED.values():
            pypi.seed(f"{name}-{version}-py3-none-any.whl", f"{name}-{version}-py3-none-any.whl".encode())
        project = make_project(folder / "project", PROJECT)
        environ = {
            PYPI_VARIABLE: pypi.url,
            OSV_VARIABLE: osv.url,
            TRUST_CONFIG_VARIABLE: str(folder / "world/trust_config.json"),
            "GITHUB_API_URL": github.url,
            "GITHUB_SERVER_URL": github.url,
            "PIP_INDEX_URL": f"{pypi.url}/simple",
            "PIP_EXTRA_INDEX_URL": "",
            "PIP_FIND_LINKS": "",
        }
        yield Watch(pypi, github, osv, project, environ)
