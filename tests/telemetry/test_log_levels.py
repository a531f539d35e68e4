"""Which levels hold where."""

from telemetry.log_levels import LogLevels


def test_the_longest_name_decides() -> None:
    levels = LogLevels("WARNING")
    levels.set("ERROR", "batching")
    levels.set("DEBUG", "batching.engine")
    assert levels.shows("DEBUG", "batching.engine.draw")
    assert not levels.shows("WARNING", "batching.queue")
    assert levels.shows("WARNING", "batchings")
    assert not levels.shows("INFO", "api.app")


def test_a_module_without_a_level_follows_the_general_one_again() -> None:
    levels = LogLevels("INFO")
    levels.set("DEBUG", "api")
    levels.set(None, "api")
    assert not levels.modules
    assert not levels.shows("DEBUG", "api")


def test_the_general_level_goes_back_to_where_it_began() -> None:
    levels = LogLevels("WARNING")
    levels.set("DEBUG")
    levels.set(None)
    assert levels.level == "WARNING"


def test_the_lowest_level_is_that_of_the_most_talkative() -> None:
    levels = LogLevels("WARNING")
    levels.set("ERROR", "api")
    levels.set("DEBUG", "batching")
    assert levels.lowest == "DEBUG"


def test_a_change_is_told_once() -> None:
    told: list[str] = []
    levels = LogLevels()
    levels.start("INFO", on_change=lambda: told.append(levels.level))
    levels.set("DEBUG")
    assert told == ["DEBUG"]
