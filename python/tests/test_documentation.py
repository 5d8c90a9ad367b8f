"""Docstrings, their examples, and types."""

import doctest
import importlib
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import sprig
from carry_support import package
from sprig._settings import sections
from sprig._tables import VERBS, keys_of

PACKAGE = Path(sprig.__file__).parent


@pytest.mark.parametrize("module", ["", ".network", ".records", ".results", ".verbs"])
def test_examples_in_docstrings_do_what_they_say(module):
    found = doctest.testmod(importlib.import_module("sprig" + module), globs={"sprig": sprig})
    assert found.failed == 0


@pytest.mark.parametrize("verb", ["run", "prune", "lyapunov", "learn"])
def test_docstrings_and_signatures_have_the_ranges_and_defaults_of_the_field_tables(verb):
    function = getattr(sprig, verb)
    signature = inspect.signature(function)
    for name, key in keys_of(verb, sections()).items():
        section, _, field = key.partition(".")
        entry = sections()[section][field]
        assert entry["description"].partition("; allowed: ")[2] in function.__doc__
        assert signature.parameters[name].default == entry.get("default")
    assert "a number in (0, 1]" in sprig.prune.__doc__ and "1/ms" in sprig.prune.__doc__


def test_every_public_name_is_documented():
    for name in sprig.__all__:
        thing = getattr(sprig, name)
        if inspect.isclass(thing) or inspect.isfunction(thing):
            assert inspect.getdoc(thing), name
    for name, member in inspect.getmembers(sprig.Network):
        if not name.startswith("_"):
            assert inspect.getdoc(member), name


def test_the_classes_of_options_are_those_of_the_module():
    from sprig import options

    for verb, table in VERBS.items():
        fields = getattr(options, f"{verb.capitalize()}Options").__annotations__
        assert set(fields) == {*keys_of(verb, sections()), *table.nested}


SAMPLE = '''
import numpy as np
import sprig

net = sprig.Network.from_dense(np.ones((3, 3)), delay_ms=1.5, tau_m_ms=[10.0, 20.0, 30.0], synapse="delta")
run: sprig.Run = sprig.run(net, 10.0, record=["spikes", sprig.Probe("v", [0])], drive={"noise_sigma": 0.1}, seed=3)
cut = sprig.prune(net, method="lnp", density=0.5, lyapunov={"exponents": 3})
top: float = cut.before.largest + sprig.lyapunov(cut.network, exponents=2).largest
'''
WRONG = 'import sprig\nsprig.prune(sprig.Network.random(neurons=10), method="lpn", densty=0.5)\n'


def test_mypy_strict_passes_the_package_and_a_sample_and_finds_misspelt_options(tmp_path):
    package("mypy.version", minversion="1.7")  # which knows keyword arguments as TypedDicts
    (tmp_path / "sample.py").write_text(SAMPLE)
    (tmp_path / "wrong.py").write_text(WRONG)

    def mypy(*words):
        command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), *words]
        return subprocess.run(command, capture_output=True, text=True, cwd=tmp_path,
                              env={"MYPYPATH": str(PACKAGE.parent), "PATH": "/usr/bin:/bin"})

    modules = [str(path) for path in PACKAGE.glob("*.py")]
    passed = mypy(*modules, "sample.py")
    assert passed.returncode == 0, passed.stdout + passed.stderr
    found = mypy("wrong.py")
    assert found.returncode == 1 and "densty" in found.stdout and "'lpn'" in found.stdout.replace('"', "'"), found.stdout
