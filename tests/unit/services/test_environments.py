import os
import sys
from pathlib import Path

import pytest
from tests.support.wheels import sha256_of, write_wheel

from sealwright.errors import Refused, SealwrightError, Unavailable, UsageError
from sealwright.services import environments
from sealwright.services.environments import PackageIndex, base_env, find_uv, make_environment, uv_cache, uv_env
from sealwright.services.processes import Finished

SECRETS = {
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "t",
    "ACTIONS_ID_TOKEN_REQUEST_URL": "u",
    "ACTIONS_RUNTIME_TOKEN": "r",
    "GITHUB_TOKEN": "g",
    "GH_TOKEN": "g",
    "GITHUB_ENV": "/e",
    "GITHUB_PATH": "/p",
    "RECORDS": "plan=x",
    "PYTHONPATH": "/evil",
    "PYTHONSTARTUP": "/evil.py",
    "PIP_INDEX_URL": "https://user:password@mirror.example/simple",
    "UV_INDEX_URL": "https://user:password@mirror.example/simple",
    "VIRTUAL_ENV": "/other",
    "LD_PRELOAD": "/evil.so",
    "TWINE_PASSWORD": "p",
    "HTTPS_PROXY": "http://user:password@proxy.example",
}


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    folder = tmp_path_factory.mktemp("environment")
    return make_environment(folder / "env", sys.executable, {**os.environ, **SECRETS}, PackageIndex())


def test_project_code_sees_no_token_identity_or_index():
    assert base_env({**SECRETS, "PATH": "/bin", "HOME": "/h", "UV_CACHE_DIR": "/c"}) == {
        "PATH": "/bin",
        "HOME": "/h",
        "UV_CACHE_DIR": "/c",
    }


def test_uv_gets_proxies_and_never_downloads_a_python_or_reads_configuration():
    env = uv_env({**SECRETS, "PATH": "/bin"}, PackageIndex("https://mirror.example/simple"))
    assert env["HTTPS_PROXY"] == SECRETS["HTTPS_PROXY"]
    assert env["UV_DEFAULT_INDEX"] == "https://mirror.example/simple"
    assert (env["UV_PYTHON_DOWNLOADS"], env["UV_NO_CONFIG"]) == ("never", "1")
    assert not env.keys() & (SECRETS.keys() - {"HTTPS_PROXY"})


def test_a_new_environment_is_empty_and_its_programs_see_it_first(environment, tmp_path):
    code = "import importlib.metadata, os; print(len(list(importlib.metadata.distributions())), sorted(os.environ))"
    done = environment.run(["python", "-c", code], cwd=tmp_path)
    count, names = done.stdout.split(" ", 1)
    assert count == "0"
    assert not any(name in names for name in SECRETS if name != "VIRTUAL_ENV")
    assert environment.run_env()["PATH"].split(os.pathsep)[0] == str(environment.bin)


def test_a_wheel_is_installed_by_its_very_file(environment, tmp_path):
    wheel = write_wheel(tmp_path, "tiny", requires=["not-there>=1"])
    environment.install_file(wheel)
    assert environment.run(["python", "-I", "-c", "import tiny"], cwd=tmp_path).returncode == 0
    assert "not-there" in environment.complaints()


def test_requirements_come_from_links_only_with_the_locked_hash(tmp_path):
    wheel = write_wheel(tmp_path / "links", "tiny")
    index = PackageIndex.of({"PIP_FIND_LINKS": str(tmp_path / "links"), "PIP_NO_INDEX": "1"})
    made = make_environment(tmp_path / "env", sys.executable, os.environ, index)
    with pytest.raises(Refused) as refused:
        made.install(f"tiny==1.0 --hash=sha256:{'0' * 64}\n")
    assert refused.value.code == "hash-mismatch"
    with pytest.raises(Refused) as refused:
        made.install("tiny==1.0\n")
    assert refused.value.code == "hash-missing"
    made.install(f"tiny==1.0 --hash=sha256:{sha256_of(wheel)}\n")
    assert made.complaints() == ""


@pytest.mark.parametrize(
    ("said", "kind", "code"),
    [
        ("  cause: Hash mismatch for `attrs==25.1.0`", Refused, "hash-mismatch"),
        ("error: In `--require-hashes` mode, all requirements must have a hash, but", Refused, "hash-missing"),
        ("error: No solution found\n  because all versions of x have no usable wheels", Refused, "wheel-missing"),
        ("error: No solution found when resolving dependencies", Refused, "unresolvable"),
        ("  cause: Failed to fetch: `https://x/`\n  cause: client error (Connect)", Unavailable, "index-unavailable"),
        ("error: something new", Refused, "environment-refused"),
    ],
)
def test_what_uv_says_becomes_a_code(said, kind, code):
    error = environments._explained(Finished(("/bin/uv", "pip", "install"), 1, "", said))
    assert isinstance(error, kind)
    assert isinstance(error, SealwrightError)
    assert error.code == code
    assert error.message.startswith("`uv pip install` ended")


def test_uv_is_found_beside_python_then_on_path(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "executable", str(tmp_path / "bin" / "python"))
    monkeypatch.setitem(sys.modules, "uv", None)
    with pytest.raises(UsageError) as missing:
        find_uv({"PATH": str(tmp_path)})
    assert missing.value.code == "uv-missing"
    name = "uv.exe" if os.name == "nt" else "uv"
    for folder in ("path", "bin"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).write_text("")
        (tmp_path / folder / name).chmod(0o755)
        assert find_uv({"PATH": str(tmp_path / "path")}) == tmp_path / folder / name


def test_the_cache_is_the_named_one(tmp_path):
    assert uv_cache({**os.environ, "UV_CACHE_DIR": str(tmp_path)}) == Path(tmp_path)
