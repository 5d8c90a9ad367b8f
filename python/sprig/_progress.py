"""How far long work is: a bar of tqdm where it is installed, else one line on stderr."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Optional

Show = Optional[Callable[[float, str], None]]


def _in_notebook() -> bool:
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return type(shell).__name__ == "ZMQInteractiveShell"


@contextmanager
def shown(label: str, wanted: bool | None) -> Iterator[Show]:
    """What to call with (fraction done, what is being done). wanted: None: in terminals and notebooks."""
    if not (wanted if wanted is not None else sys.stderr.isatty() or _in_notebook()):
        yield None
        return
    try:
        from tqdm.auto import tqdm  # type: ignore[import-untyped, import-not-found, unused-ignore]
    except ImportError:
        with _line(label) as show:
            yield show
        return
    form = "{l_bar}{bar}| {elapsed}<{remaining}{postfix}"
    bar: Any = tqdm(total=1.0, desc=label, bar_format=form, leave=False)

    def update(fraction: float, detail: str) -> None:
        bar.n = fraction
        bar.set_postfix_str(detail, refresh=True)

    try:
        yield update
    finally:
        bar.close()


@contextmanager
def _line(label: str) -> Iterator[Show]:
    start = time.monotonic()
    drawn = False

    def update(fraction: float, detail: str) -> None:
        nonlocal drawn
        drawn = True
        text = f"\r{label}  {100 * fraction:.0f} %  {detail}  {time.monotonic() - start:.0f} s"
        sys.stderr.write(text + "\x1b[K")
        sys.stderr.flush()

    try:
        yield update
    finally:
        if drawn:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
