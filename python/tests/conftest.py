"""SPRIG_PROGRAM is the program `sprig` that hashes are compared with; without it those tests are skipped."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any, Callable

import pytest


@pytest.fixture
def program(tmp_path: Path) -> Callable[..., dict[str, Any]]:
    path = os.environ.get("SPRIG_PROGRAM", "")
    if not path:
        pytest.skip("SPRIG_PROGRAM names no program to compare with")

    def call(verb: str, *settings: str, seed: int = 1, config: str = "") -> dict[str, Any]:
        out = tmp_path / verb
        words = [path, verb, "--quiet", "--device", "cpu", "--seed", str(seed), "--out", str(out)]
        if config:
            (tmp_path / "config.toml").write_text(config)
            words += ["--config", str(tmp_path / "config.toml")]
        for setting in settings:
            words += ["--set", setting]
        subprocess.run(words, check=True, capture_output=True, text=True)
        result: dict[str, Any] = json.loads((out / "result.json").read_text())
        result["folder"] = out
        return result

    return call
