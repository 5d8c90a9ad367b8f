"""Reference pages from the program itself: configuration keys from its JSON Schema, commands from their --help."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

Schema = dict[str, Any]

# What sections are about; a section that is not here has no line.
ABOUT = {
    "run": "Where and how long; what is recorded.",
    "network": "The short form of a network: one topology, one law of weights. A network of populations has "
    "`[[population]]` and `[[projection]]` instead.",
    "neuron": "Parameters of neurons, one value or law for all; populations may have their own.",
    "drive": "Input that all neurons get; `[[stimulus]]` is for more than that.",
    "lyapunov": "How exponents are computed: [Lyapunov exponents](../lyapunov.md).",
    "prune": "Which method, how sparse, in how many rounds: [Lyapunov Noise Pruning](../lnp.md).",
    "delocalise": "LNP's third step.",
    "timescales": "LNP's fourth step.",
    "task": "The series or images that readouts are trained on.",
    "training": "Training of the recurrent layer before the readout.",
    "study": "Methods, densities and seeds to compare: [tasks and studies](../studies.md).",
    "operating_point": 'The search that `study.mode = "operating_point"` makes.',
    "bench": "The standard networks: [benchmarks](../how-to/benchmarks.md).",
    "learn": "Learning without labels: [SpikeDyn and its relatives](../spikedyn.md). `sprig train` reads its images, "
    "protocol, seeds and variants too.",
    "layered": "Layers that learn from labels: [one spike a neuron](../family.md).",
    "model_search": "The search for the largest such model.",
    "population": "A group of neurons: [networks in words](../networks.md).",
    "projection": "Synapses from populations onto populations.",
    "stimulus": "What is done to neurons from outside; several add up: [stimuli](../stimuli.md).",
    "record": "What is written down while a network runs: [records](../formats.md#records).",
}


def output(sprig: str, *arguments: str) -> str:
    return subprocess.run([sprig, *arguments], check=True, capture_output=True, text=True).stdout


def cell(text: str) -> str:
    """Text in a cell of a table."""
    return re.sub(r"([|_*\[\]])", r"\\\1", text.replace("<", "&lt;").replace(">", "&gt;"))


def code(text: str) -> str:
    return f"`{text}`".replace("|", "\\|")


def table(keys: dict[str, Schema]) -> list[str]:
    """Two columns, so that a phone shows them side by side."""
    lines = ["| key, default | meaning, what is allowed |", "|---|---|"]
    for name, key in keys.items():
        meaning, _, allowed = key.get("description", "").partition("; allowed: ")
        default = f"<br><small>{code(json.dumps(key['default']))}</small>" if "default" in key else ""
        lines.append(f"| {code(name)}{default} | {cell(meaning)}<br><small>{cell(allowed)}</small> |")
    return lines


def configuration(schema: Schema) -> str:
    lines = [
        "# Configuration keys",
        "",
        "Every section and key of a configuration, as `sprig --help-config` prints them. A key is set in a TOML file "
        "(`--config FILE.toml`) or on the command line (`--set section.key=value`), which wins. A law of values is a "
        'number, or a text such as `"uniform(1, 2)"`, `"normal(10, 2)"`, `"gamma(3, 6.67)"`. '
        "[Editors](../how-to/editor.md) complete and check these keys.",
    ]
    for name, section in schema["properties"].items():
        array = section.get("type") == "array"
        body = section.get("items", {}) if array else section
        body = schema.get("$defs", {}).get(body.get("$ref", "").rpartition("/")[2], body)
        if "properties" not in body:
            continue
        lines += ["", f"## {'[[' if array else '['}{name}{']]' if array else ']'} {{#{name}}}", ""]
        if name in ABOUT:
            lines += [ABOUT[name], ""]
        lines += table(body["properties"])
        for key, inner in body["properties"].items():  # a table within: stdp = { ... }
            if inner.get("type") == "object" and "properties" in inner:
                lines += ["", f"Keys of `{key}`:", "", *table(inner["properties"])]
    return "\n".join(lines) + "\n"


def commands(sprig: str) -> str:
    top = output(sprig, "--help")
    names = re.findall(r"^  ([a-z]+) ", top.partition("Subcommands:")[2], re.M)
    lines = [
        "# Commands",
        "",
        "What `sprig VERB --help` prints. [Configuration keys](configuration.md) are the same for all verbs; exit codes "
        "stand [below](#exit-codes). `sprig man` is this page for terminals; `sprig completion bash` (zsh, fish) is for "
        "shells.",
        "",
        "```text",
        top.rstrip(),
        "```",
    ]
    for name in names:
        lines += ["", f"## sprig {name} {{#{name}}}", "", "```text", output(sprig, name, "--help").rstrip(), "```"]
    lines += [
        "",
        "## Exit codes",
        "",
        "| code | meaning |",
        "|---|---|",
        "| 0 | done |",
        "| 2 | the command line is wrong |",
        "| 3 | the configuration is wrong |",
        "| 4 | a file cannot be read or written |",
        "| 5 | no usable device |",
        "| 6 | it does not fit in memory |",
        "| 7 | numerical failure |",
        "| 75 | stopped by a signal, with what is done so far: the same command goes on |",
        "| 128 + signal | a verb without a run folder was stopped by a signal (130: Ctrl-C) |",
    ]
    return "\n".join(lines) + "\n"


def write(sprig: str, folder: Path) -> None:
    schema: Schema = json.loads(output(sprig, "--help-config=json"))
    (folder / "configuration.md").write_text(configuration(schema))
    (folder / "commands.md").write_text(commands(sprig))
