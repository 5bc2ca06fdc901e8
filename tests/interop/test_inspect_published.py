"""What real projects published, wheel and sdist, passes without a false error.

Their trees are made of the sdists, so of an sdist this shows only what was generated in it; a wheel is compared for
real, with a tree that it was not made into.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from tests.support import projects
from tests.support.foreign import Foreign, checked_in, published

from sealwright.cli import Invocation
from sealwright.cli.inspect import run

pytestmark = pytest.mark.index

PUBLISHED = {
    "termcolor: hatchling with hatch-vcs": Foreign(
        "termcolor",
        "3.3.0",
        "348871ca648ec6a9a983a13ab626c0acce02f515b9e1983332b17af7979521c5",
        (),
        "cf642efadaf0a8ebbbf4bc7a31cec2f9b5f21a9f726f4ccbb08192c9c26f43a5",
    ),
    "platformdirs: hatchling with an SBOM from a plugin": Foreign(
        "platformdirs",
        "4.14.8",
        "96893d686e84e9e6f358a9ea41a8de544df66dbf2ba6cda250e7dc73acf85b9b",
        ("src/platformdirs/version.py",),
        "1e34af590de4d978631b751eb2202f2fee4497537a17c1720b12fcf57b331392",
    ),
    "tomli: flit-core": Foreign(
        "tomli",
        "2.5.0",
        "264507556cd8b8c8e7c6ee037cdf443a463f03f4c958e57195e3d369711b8ff6",
        (),
        "32a7b79ac57a2e83670ce329ccf675798bc5a2094783a63676866b70503f2e2b",
    ),
    "itsdangerous: flit-core": Foreign(
        "itsdangerous",
        "2.2.0",
        "e0050c0b7da1eea53ffaf149c0cfbb5c6e2e2b69c4bef22c81fa6eb73e5f6173",
        (),
        "c6242fc49e35958c8b15141343aa660db5fc54d4f13a1db01a3f5891b98700ef",
    ),
    "rich: poetry-core, [tool.poetry]": Foreign(
        "rich",
        "15.0.0",
        "edd07a4824c6b40189fb7ac9bc4c52536e9780fbbfbddf6f1e2502c31b068c36",
        (),
        "33bd4ef74232fb73fe9279a257718407f169c09b78a87ad3d296f548e27de0bb",
    ),
    "cleo: poetry-core, [tool.poetry]": Foreign(
        "cleo",
        "2.0.1",
        "eb4b2e1f3063c11085cebe489a6e9124163c226575a3c3be69b2e51af4a15ec5",
        (),
        "6eb133670a3ed1f3b052d53789017b6e50fca66d1287e6e6696285f4cb8ea448",
    ),
    "pyjwt: setuptools": Foreign(
        "pyjwt",
        "2.15.1",
        "4f259e80cdfb6b3fc18a7de51fd1ef9ec79652f25019bae68975ca2468a34df8",
        (),
        "42d59d631f7768a1028a64c7ff581a9bf7519804daf91fc5b6c56e30eec5e193",
    ),
    "certifi: setuptools, setup.py": Foreign(
        "certifi",
        "2026.10.18",
        "b9995d97b64d0431a5af837d8ca8cd6238104d1f319f04bd93ea43124d6c861e",
        (),
        "73191c47aaa79da394e8fee2dbc2ec827432cab56311122c9e47abf79e390f62",
    ),
    "blacken-docs: setuptools": Foreign(
        "blacken-docs",
        "1.20.0",
        "2d5b6caf6e7da5694b1eba97f9132c1ab9f14f221c82205ec473a6e74fbb2c6d",
        (),
        "a0d842811ee07802dec920d3cf831e21f6eb017712748b488489aa3688770f1e",
    ),
    "iniconfig: setuptools-scm": Foreign(
        "iniconfig",
        "2.3.1",
        "67f4b9c50da0dedf52af349e7749a80a9057a5031199791b906c3bb3ae878960",
        ("src/iniconfig/_version.py",),
        "9121e2c1fdb355232495be3194c8dfe87ccc2d5dee45947b78e68f499790d7a7",
    ),
    "sniffio: setuptools-scm": Foreign(
        "sniffio",
        "1.3.1",
        "f4324edc670a0f49750a81b895f35c3adb843cca46f0530f79fc1babb23789dc",
        (),
        "2f6da418d1f1e0fddd844478f41680e794e6051915791a034ff65e5f100525a2",
    ),
    "findpython: pdm-backend": Foreign(
        "findpython",
        "0.9.0",
        "497c6b5eb13734be2542dfb6a93267946339601cbc2f1138c8cd4d40311fefe5",
        ("src/findpython/__version__.py",),
        "0d58e63106cab47a48793cc7b51faba3956caa46b3b8043c92d738bfef5e2a33",
    ),
    "unearth: pdm-backend": Foreign(
        "unearth",
        "0.19.0",
        "d85a7b164833c1dc8532a590043cbd7159f6ad2b91fc3e74f2a16ff25ed098c8",
        (),
        "f12c65341303ece9bee986db35ac8aa0d17df4fa000c728a76c8c3798b1f4cf1",
    ),
    "cachecontrol: uv_build": Foreign(
        "cachecontrol",
        "0.14.4",
        "e6220afafa4c22a47dd0badb319f84475d79108100d04e26e8542ef7d3ab05a1",
        (),
        "b7ac014ff72ee199b5f8af1de29d60239954f223e948196fa3d84adaffc71d2b",
    ),
    "django-upgrade: uv_build": Foreign(
        "django-upgrade",
        "1.33.0",
        "fc3426f051a972389e81b40dfd7ea9465d9e178e61e6f9255a8e895978556ba2",
        (),
        "47680dc3132832450674c1d76d176f8715b8d6a94d34137e5f32711ae164fc3d",
    ),
}
UNTOLD = {
    "certifi": {"declared", "dependencies", "entry-points"},  # its setup.py is not run
    "platformdirs": {"declared", "explained"},  # a hook makes the readme, and a plugin the SBOM
}
"""Checks that cannot see everything, and say so."""


@pytest.mark.parametrize("foreign", PUBLISHED.values(), ids=PUBLISHED.keys())
def test_a_published_release_equals_its_tree(
    foreign: Foreign, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project = checked_in(foreign, tmp_path / "project")
    projects.git(project, "tag", foreign.version)
    files = []
    for digest in (foreign.sha256, foreign.wheel):
        name, data = published(foreign, digest)
        (tmp_path / name).write_bytes(data)
        files.append(name)
    code = run(Invocation(["--project", str(project), "--json", *files], os.environ, tmp_path))
    answer = json.loads(capsys.readouterr().out)
    assert [f for f in answer["findings"] if f["state"] == "fail" and f["check"] != "description"] == []
    assert code == 0
    assert {f["check"] for f in answer["findings"] if f["state"] == "skipped"} == UNTOLD.get(foreign.name, set())
    assert answer["commit"] == projects.git(project, "rev-parse", f"{foreign.version}^{{commit}}")


def test_a_published_wheel_of_another_commit_is_found_out(tmp_path: Path) -> None:
    foreign = PUBLISHED["tomli: flit-core"]
    project = checked_in(foreign, tmp_path / "project")
    module = project / "src" / "tomli" / "_parser.py"
    module.write_text(module.read_text() + "\n# not as released\n")
    projects.commit(project, "Go on")
    name, data = published(foreign, foreign.wheel)
    (tmp_path / name).write_bytes(data)
    assert run(Invocation(["--project", str(project), name], os.environ, tmp_path)) == 1
