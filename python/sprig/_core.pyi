from collections.abc import Callable
from typing import Any

import numpy.typing as npt

Settings = list[tuple[str, str]]
Show = Callable[[float, str], None] | None

version: str
git_revision: str
with_cuda: bool
neuron_parameters: list[tuple[str, float, str]]
field_texts: dict[str, list[tuple[str, str, str]]]

def config_schema() -> str: ...

class Network:
    @staticmethod
    def configured(settings: Settings) -> tuple[Network, list[str]]: ...
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
    def names(self) -> list[str]: ...
    @property
    def hash(self) -> str: ...

def given(
    neurons: int,
    source: Any,
    target: Any,
    weight: Any,
    delays: Any,
    arrays: dict[str, Any],
    populations: list[str] | None,
    sign: Any,
    names: list[str] | None,
    duplicates: str,
    groups: str,
    settings: Settings,
) -> tuple[Network, list[str]]: ...
def build(populations: list[dict[str, Any]], projections: list[dict[str, Any]], settings: Settings) -> Network: ...
def run(
    network: Network,
    settings: Settings,
    stimuli: list[dict[str, Any]],
    records: list[dict[str, Any]],
    folder: str,
    show: Show,
) -> dict[str, Any]: ...
def prune(
    network: Network, settings: Settings, stimuli: list[dict[str, Any]], show: Show
) -> dict[str, Any]: ...
def lyapunov(
    network: Network, settings: Settings, stimuli: list[dict[str, Any]], show: Show
) -> dict[str, Any]: ...
def learn(settings: Settings, images: Any, show: Show) -> dict[str, Any]: ...
