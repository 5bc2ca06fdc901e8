import os
import subprocess
import sys

import pytest

from sealwright.services.package_index import PackageIndex

pytestmark = pytest.mark.skipif(os.name == "nt", reason="other places")
GLOBAL = "[global]\nindex-url = https://g.example/simple\ntrusted-host = g.example\n"
INSTALL = "[install]\nindex-url = https://i.example/simple\nextra-index-url = https://a.example https://b.example\n"


@pytest.mark.parametrize(
    ("files", "environ"),
    [
        ({"home/.config/pip/pip.conf": GLOBAL}, {}),
        ({"home/.config/pip/pip.conf": INSTALL, "named.conf": GLOBAL}, {"PIP_CONFIG_FILE": "named.conf"}),
        ({"home/.pip/pip.conf": INSTALL, "home/.config/pip/pip.conf": GLOBAL}, {}),
        ({"xdg/pip/pip.conf": GLOBAL, "home/.pip/pip.conf": INSTALL}, {"PIP_INDEX_URL": "https://e.example/simple"}),
        ({"home/.pip/pip.conf": INSTALL}, {"PIP_CONFIG_FILE": os.devnull}),
    ],
)
def test_pip_itself_reads_the_same_index(tmp_path, files, environ):
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    home = {"HOME": str(tmp_path / "home"), "XDG_CONFIG_DIRS": str(tmp_path / "xdg"), "PATH": os.environ["PATH"]}
    named = environ.get("PIP_CONFIG_FILE", "")
    env = {**home, **environ, **({"PIP_CONFIG_FILE": str(tmp_path / named)} if named.endswith(".conf") else {})}
    assert PackageIndex.from_pip(env).index_url == pip_says(env, "index-url")
    assert " ".join(PackageIndex.from_pip(env).extra_index_urls) == pip_says(env, "extra-index-url")


def pip_says(env, option):
    """The default that `pip install` shows for an option after reading its configuration."""
    argv = [sys.executable, "-m", "pip", "config", "list"]
    listed = subprocess.run(argv, env=env, check=True, capture_output=True, text=True).stdout
    found = dict(line.split("=", 1) for line in listed.splitlines())
    values = [found[key].strip("'") for s in (":env:.", "install.", "global.") if (key := f"{s}{option}") in found]
    return values[0] if values else ""
