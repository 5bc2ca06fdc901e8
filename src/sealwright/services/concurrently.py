"""Many questions at once, and an end to waiting for them, whatever a network does."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

from sealwright.errors import SealwrightError, Unavailable

K = TypeVar("K")
V = TypeVar("V")


class Questions(Generic[K, V]):
    """Questions that are being asked while their asker does something else.

    `ask` is called once for each of `keys`, by `at_once` threads. They are daemons: looking up a host's name, or a
    service that sends one byte a minute, can hold a thread for as long as it likes, but not this program.
    """

    def __init__(self, ask: Callable[[K], V], keys: Iterable[K], at_once: int = 1) -> None:
        self._ask = ask
        self._keys = tuple(dict.fromkeys(keys))
        self._todo: queue.SimpleQueue[K] = queue.SimpleQueue()
        self._done: queue.SimpleQueue[tuple[K, V | Exception]] = queue.SimpleQueue()
        self._given_up = threading.Event()
        for key in self._keys:
            self._todo.put(key)
        for number in range(min(at_once, len(self._keys))):
            threading.Thread(target=self._work, name=f"question-{number}", daemon=True).start()

    def answers(self, seconds: float) -> dict[K, V | Unavailable]:
        """Every key with its answer, or with why there is none; waits no longer than `seconds` from now.

        An Unavailable that `ask` raised is the answer to that key; `no-answer` to one that has none yet. Any other
        exception is raised here.
        """
        end = time.monotonic() + seconds
        late = Unavailable("no-answer", f"no answer within {seconds:g} s", hint="check the network and try again")
        found: dict[K, V | Unavailable] = dict.fromkeys(self._keys, late)
        for _ in self._keys:
            try:
                key, answer = self._done.get(timeout=max(0.0, end - time.monotonic()))
            except queue.Empty:
                self._given_up.set()
                break
            if isinstance(answer, Exception) and not isinstance(answer, Unavailable):
                raise answer
            found[key] = answer
        return found

    def _work(self) -> None:
        while not self._given_up.is_set():
            try:
                key = self._todo.get_nowait()
            except queue.Empty:
                return
            try:
                self._done.put((key, self._ask(key)))
            except Exception as error:  # noqa: BLE001 - it belongs to whoever waits for the answer
                self._done.put((key, error))


def ask_all(ask: Callable[[K], V], keys: Iterable[K], seconds: float, at_once: int = 1) -> dict[K, V | SealwrightError]:
    """Every key with its answer or with why there is none, of any kind; never waits longer than `seconds`."""

    def answered(key: K) -> tuple[V | SealwrightError]:
        # Wrapped, since an error that is handed on bare is raised again where the answers are collected.
        try:
            return (ask(key),)
        except SealwrightError as error:
            return (error,)

    answers = Questions(answered, keys, at_once).answers(seconds)
    return {key: answer[0] if isinstance(answer, tuple) else answer for key, answer in answers.items()}
