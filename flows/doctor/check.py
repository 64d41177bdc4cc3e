"""What one check found."""

from typing import Literal, NamedTuple

State = Literal["good", "advice", "broken", "not checked"]


class Check(NamedTuple):
    """`seen`: a sentence; `mend`: what to do, empty when nothing has to be done."""

    name: str
    state: State
    seen: str
    mend: str = ""
