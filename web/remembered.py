"""Answers that are kept for a while: the last so many, whichever thread asked."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


class Remembered(Generic[Answer]):
    """The last `most` answers by their question. Who asks while another works the same answer out waits for it."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held: OrderedDict[Hashable, Answer] = OrderedDict()
        self._lock = threading.Lock()
        self._at_work: dict[Hashable, threading.Lock] = {}

    def get(self, question: Hashable, work_out: Callable[[], Answer]) -> Answer:
        with self._lock:
            if question in self._held:
                self._held.move_to_end(question)
                return self._held[question]
            turn = self._at_work.setdefault(question, threading.Lock())
        with turn:
            with self._lock:
                if question in self._held:
                    return self._held[question]
            try:
                answer = work_out()
                with self._lock:
                    self._held[question] = answer
                    while len(self._held) > self._most:
                        self._held.popitem(last=False)
            finally:
                with self._lock:
                    self._at_work.pop(question, None)
        return answer

    def __len__(self) -> int:
        return len(self._held)
