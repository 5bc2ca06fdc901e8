import pytest

from sealwright.verify.importable import Kind, contents_of, declares_namespace


@pytest.mark.parametrize(
    ("members", "names"),
    [
        (["tiny/__init__.py", "tiny/a.py", "tiny/sub/__init__.py"], ("tiny",)),
        (["one.py", "two/__init__.py", "_private.py"], ("_private", "one", "two")),
        (["space/tiny/__init__.py", "space/tiny/a.py"], ("space.tiny",)),
        (["space/a/__init__.py", "space/b/c/__init__.py", "space/loose.py"], ("space.a", "space.b.c")),
        (["space/loose.py", "space/__main__.py"], ("space.loose",)),
        (["tiny-stubs/__init__.pyi", "tiny-stubs/a.pyi"], ()),
        (["tiny/__init__.pyi", "tiny/py.typed"], ()),
        (["data/file.json", "with-dash.py", "__main__.py"], ()),
        (["t-1.data/purelib/tiny/__init__.py", "t-1.data/scripts/run.py", "t-1.data/data/x.py"], ("tiny",)),
        (["t-1.dist-info/METADATA", "t-1.dist-info/licenses/x.py", "tiny/"], ()),
    ],
)
def test_the_outermost_names_are_what_is_imported(members, names):
    assert contents_of(members).outermost == names


@pytest.mark.parametrize(
    ("members", "shared", "names"),
    [
        (["space/__init__.py", "space/tiny/__init__.py"], ["space/__init__.py"], ("space.tiny",)),
        (["space/__init__.py", "space/tiny/__init__.py"], [], ("space",)),
        (["space/__init__.py", "space/tiny.py"], ["space/__init__.py"], ("space.tiny",)),
        (["space/__init__.py"], ["space/__init__.py"], ("space",)),
        (["a/__init__.py", "a/b/__init__.py"], ["a/__init__.py", "a/b/__init__.py"], ("a.b",)),
        (["a/__init__.py", "a/b/__init__.py", "a/b/c.py"], ["a/__init__.py", "a/b/__init__.py"], ("a.b.c",)),
        (["t-1.data/purelib/a/__init__.py", "a/b.py"], ["t-1.data/purelib/a/__init__.py"], ("a.b",)),
        (["tiny/__init__.py", "tiny/sub/__init__.py"], ["tiny/sub/__init__.py"], ("tiny",)),
    ],
)
def test_a_package_that_is_shared_is_looked_into(members, shared, names):
    assert contents_of(members, shared).outermost == names


@pytest.mark.parametrize(
    "source",
    [
        b"__path__ = __import__('pkgutil').extend_path(__path__, __name__)",
        b"from pkgutil import extend_path\n__path__ = extend_path(__path__, __name__)\n",
        b"__import__('pkg_resources').declare_namespace(__name__)",
        b"try:\n    import pkg_resources\n    pkg_resources.declare_namespace (__name__)\nexcept ImportError: pass",
    ],
)
def test_the_two_older_kinds_of_namespaces_are_known(source):
    assert declares_namespace(source)


@pytest.mark.parametrize("source", [b"", b"import pkgutil", b"def my_extend_path(x): ...", b"\xff\xfe"])
def test_other_packages_are_no_namespaces(source):
    assert not declares_namespace(source)


def test_modules_are_everything_that_an_import_reaches():
    members = [
        "one.py",
        "tiny/__init__.py",
        "tiny/__main__.py",
        "tiny/a.py",
        "tiny/sub/__init__.py",
        "tiny/sub/b.py",
        "tiny/templates/app.py",
        "tiny/templates/deep/__init__.py",
        "tiny/with-dash.py",
        "tiny/types.pyi",
        "space/name/c.py",
        "space/pack/__init__.py",
    ]
    assert contents_of(members).modules == (
        "one",
        "space.name.c",
        "space.pack",
        "tiny",
        "tiny.a",
        "tiny.sub",
        "tiny.sub.b",
    )


@pytest.mark.parametrize(
    ("members", "kind"),
    [
        (["tiny/__init__.py"], Kind.MODULES),
        (["tiny-stubs/__init__.pyi", "tiny-stubs/METADATA.toml", "tiny-stubs/py.typed"], Kind.STUBS),
        (["tiny/__init__.pyi", "tiny/py.typed"], Kind.STUBS),
        (["tiny-stubs/__init__.pyi", "tiny-stubs/a.py"], Kind.UNREACHABLE),
        (["tiny-project/__init__.py"], Kind.UNREACHABLE),
        (["tiny/_native.so"], Kind.UNREACHABLE),
        (["tiny/old.pyc"], Kind.UNREACHABLE),
        (["t-1.data/data/share/x.json"], Kind.DATA),
        (["t-1.data/scripts/run.py"], Kind.DATA),
        (["templates/{{name}}/setup.py", "templates/x.json"], Kind.DATA),
        (["t-1.dist-info/METADATA"], Kind.NOTHING),
        (["t-1.dist-info/METADATA", "folder/"], Kind.NOTHING),
    ],
)
def test_a_wheel_is_of_one_kind(members, kind):
    assert contents_of(members).kind is kind


def test_code_that_no_import_reaches_is_named():
    assert contents_of(["t-stubs/b.py", "t-stubs/a.py", "t-stubs/c.pyi"]).unreachable == (
        "t-stubs/a.py",
        "t-stubs/b.py",
    )
