"""How severe a message must be to be logged: for everything, and for modules apart from it.

Thread: event loop; the sinks read it on any.
"""

from collections.abc import Callable, Mapping
from typing import Literal

from loguru import logger

Level = Literal["DEBUG", "INFO", "WARNING", "ERROR"]


class LogLevels:
    """The least severe level that is logged.

    A module's level holds for what is in it too, as `batching` for `batching.engine`; the longest
    name decides. A change takes effect at once: the sinks are told by `on_change`.
    """

    def __init__(self, level: Level = "INFO") -> None:
        self._start: Level = level
        self._level: Level = level
        self._modules: dict[str, Level] = {}
        self._on_change: Callable[[], None] = lambda: None

    @property
    def level(self) -> Level:
        """Of whatever has no level of its own."""
        return self._level

    @property
    def modules(self) -> Mapping[str, Level]:
        """The modules that have a level of their own."""
        return self._modules

    @property
    def lowest(self) -> Level:
        """Nothing less severe is logged anywhere."""
        return min((self._level, *self._modules.values()), key=_number)

    def start(self, level: Level, *, on_change: Callable[[], None] = lambda: None) -> None:
        """Begin anew with one level for everything."""
        self._start = self._level = level
        self._modules = {}
        self._on_change = on_change

    def set(self, level: Level | None, module: str | None = None) -> None:
        """Change a level; None is how it began: a module follows the general level again."""
        if module is None:
            self._level = level or self._start
        else:
            others = {name: each for name, each in self._modules.items() if name != module}
            self._modules = {**others, module: level} if level else others
        self._on_change()

    def shows(self, level: Level, module: str) -> bool:
        """Whether a message of this level in a module is logged."""
        while module and module not in self._modules:
            module = module.rpartition(".")[0]
        return _number(level) >= _number(self._modules.get(module, self._level))

    def as_filter(self) -> dict[str | None, str | int | bool] | None:
        """What loguru asks for each message; None while one level holds for everything."""
        if not self._modules:
            return None
        return {"": self._level} | dict[str | None, str | int | bool](self._modules.items())


def _number(level: Level) -> int:
    return logger.level(level).no
