from collections.abc import Callable
from typing import Any

import numpy.typing as npt

Settings = list[tuple[str, str]]
Show = Callable[[float, str], None] | None

version: str
git_revision: str
with_cuda: bool
MOST_DELAY_STEPS: int
neuron_parameters: list[tuple[str, float, str]]

def config_schema() -> str: ...

class Csr:
    def __init__(self, rows: int, cols: int, offsets: Any, targets: Any, weights: Any, delays: Any) -> None: ...

class Network:
    def __init__(
        self,
        step_ms: float,
        synapse: Any,
        receptors: Any,
        reset: Any,
        adaptive: Any,
        populations: list[tuple[str, int, int, bool]],
        parameters: dict[str, Any],
        recurrent: Csr,
        input: Csr | None,
        original_id: Any,
        cluster: Any,
    ) -> None: ...
    @staticmethod
    def configured(settings: Settings) -> Network: ...
    def save(self, path: str) -> None: ...
    def parameter(self, name: str) -> npt.NDArray[Any]: ...
    @property
    def size(self) -> int: ...
    @property
    def step_ms(self) -> float: ...
    @property
    def kind(self) -> tuple[str, int, str, bool]: ...
    @property
    def populations(self) -> list[tuple[str, int, int, bool]]: ...
    @property
    def recurrent(self) -> dict[str, Any]: ...
    @property
    def input(self) -> dict[str, Any]: ...
    @property
    def original_id(self) -> npt.NDArray[Any]: ...
    @property
    def cluster(self) -> npt.NDArray[Any] | None: ...
    @property
    def hash(self) -> str: ...

def run(network: Network, settings: Settings, probe: list[int], show: Show) -> dict[str, Any]: ...
def prune(network: Network, settings: Settings, show: Show) -> dict[str, Any]: ...
def lyapunov(network: Network, settings: Settings, show: Show) -> dict[str, Any]: ...
