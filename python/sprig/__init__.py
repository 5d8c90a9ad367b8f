"""Sparse recurrent integrate-and-fire networks: simulate, prune, measure. The same bits as the program ``sprig``.

>>> import sprig
>>> net = sprig.Network.random(neurons=100, density=0.1, i_dc=1.2, seed=3)
>>> run = sprig.run(net, 100.0, device="cpu")
>>> len(run.spikes) > 0
True
"""

from __future__ import annotations

import os as _os


def _load() -> None:
    """Loads the module with threads that sleep where they wait, as the program's do (host/app/waiting.hpp)."""
    waiting = {"OMP_WAIT_POLICY": "passive", "GOMP_SPINCOUNT": "5000"}
    chosen = any(name in _os.environ for name in waiting)
    try:
        if not chosen:
            _os.environ.update(waiting)
        from . import _core  # noqa: F401
    finally:
        if not chosen:
            for name in waiting:
                _os.environ.pop(name, None)


_load()

from ._core import git_revision as __revision__, version as __version__, with_cuda  # noqa: E402
from .errors import (  # noqa: E402
    ActivityWarning,
    ConfigError,
    DeviceError,
    Error,
    InputError,
    Interrupted,
    MemoryError,  # noqa: A004
    NumericalError,
)
from .description import Population, Projection  # noqa: E402
from . import convert  # noqa: E402
from .convert import (  # noqa: E402
    from_brian2,
    from_nir,
    from_sonata,
    from_torch,
    to_brian2,
    to_nest,
    to_nir,
    to_sonata,
    to_torch,
)
from .network import Kind, Network, PopulationRange  # noqa: E402
from .records import Counts, Probe, Rate, Record  # noqa: E402
from .results import Learned, LearnedModel, Pruned, Run, Spectrum, SpikeTrains  # noqa: E402
from .stimuli import DC, Current, Noise, Poisson, Ramp, Spikes, Stimulus  # noqa: E402
from .verbs import learn, lyapunov, prune, run  # noqa: E402

__all__ = [
    "ActivityWarning",
    "ConfigError",
    "Counts",
    "Current",
    "DC",
    "DeviceError",
    "Error",
    "InputError",
    "Interrupted",
    "Kind",
    "Learned",
    "LearnedModel",
    "MemoryError",
    "Network",
    "Noise",
    "NumericalError",
    "Poisson",
    "Population",
    "PopulationRange",
    "Probe",
    "Projection",
    "Pruned",
    "Ramp",
    "Rate",
    "Record",
    "Run",
    "Spectrum",
    "SpikeTrains",
    "Spikes",
    "Stimulus",
    "__revision__",
    "__version__",
    "convert",
    "from_brian2",
    "from_nir",
    "from_sonata",
    "from_torch",
    "learn",
    "lyapunov",
    "prune",
    "run",
    "to_brian2",
    "to_nest",
    "to_nir",
    "to_sonata",
    "to_torch",
    "with_cuda",
]
