"""The notebook runs from its first cell to its last, in 25 lines of code at most, and is kept without outputs."""

import math
import pathlib
import re

from carry_support import package

NOTEBOOK = pathlib.Path(__file__).resolve().parents[2] / "examples/notebooks/prune_and_train.ipynb"


def cells():
    nbformat = package("nbformat")
    return nbformat.read(NOTEBOOK, as_version=4)


def test_the_notebook_has_no_outputs_and_at_most_25_lines_of_code():
    code = [cell for cell in cells().cells if cell.cell_type == "code"]
    assert sum(len([line for line in cell.source.splitlines() if line.strip()]) for cell in code) <= 25
    assert all(not cell.outputs and cell.execution_count is None for cell in code)


def outputs_of(notebook):
    """Of its cells of code, executed."""
    nbclient = package("nbclient")
    for name in ("scipy", "ipykernel"):
        package(name)
    nbclient.NotebookClient(notebook, timeout=600, kernel_name="python3").execute()
    outputs = [
        "".join(o.get("text", "") or o.get("data", {}).get("text/plain", "") for o in cell.outputs)
        for cell in notebook.cells
        if cell.cell_type == "code"
    ]
    print("\n--\n".join(outputs))
    return outputs


def synapses(output):
    return int(output.split(" synapses")[0].split()[-1])


def test_up_to_the_peer_it_prunes_a_scipy_matrix():
    notebook = cells()
    first = next(k for k, cell in enumerate(notebook.cells) if "import snntorch" in cell.source)
    notebook.cells = notebook.cells[:first]
    given, pruned = outputs_of(notebook)
    assert synapses(given) == 4000
    assert 0 < synapses(pruned) <= 0.051 * 4000
    rate_hz = float(re.findall(r"[0-9.]+", pruned)[-1])
    assert rate_hz > 1, "what is left fires"


def test_training_steps_of_the_peer_stay_on_the_synapses_that_are_left():
    """Where snnTorch, or PyTorch, is not installed, this says so and runs nothing."""
    for name in ("torch", "snntorch"):
        package(name)
    outputs = outputs_of(cells())
    losses = [float(line.split()[1]) for line in outputs[3].splitlines() if line[:1].isdigit()]
    assert len(losses) == 5 and all(math.isfinite(loss) for loss in losses)
    assert len(set(losses)) == 5, "the weights move"
    assert synapses(outputs[1]) < 1000 and synapses(outputs[4]) == synapses(outputs[1])
