"""What is missing before Qt can run is said in words."""

import pytest

from crmdesk.domain.errors import WorldError
from crmdesk.ui import preflight, words


def test_no_display_is_a_sentence() -> None:
    with pytest.raises(WorldError) as raised:
        preflight.check_display({}, "linux")
    assert raised.value.code == "no_display"
    assert "DISPLAY" in words.error_sentence(raised.value, "en")


@pytest.mark.parametrize(
    "environment", [{"DISPLAY": ":0"}, {"WAYLAND_DISPLAY": "wayland-0"}, {"QT_QPA_PLATFORM": "offscreen"}]
)
def test_a_display_of_any_kind_is_enough(environment: dict[str, str]) -> None:
    preflight.check_display(environment, "linux")


def test_windows_and_mac_need_no_variable() -> None:
    preflight.check_display({}, "win32")
    preflight.check_display({}, "darwin")


def test_a_missing_library_of_qt_is_named() -> None:
    def load() -> object:
        raise ImportError("libEGL.so.1: cannot open shared object file: No such file or directory")

    with pytest.raises(WorldError) as raised:
        preflight.check_qt_loads(load)
    assert "libEGL.so.1" in words.error_sentence(raised.value, "zh")
    assert "apt install" in words.error_sentence(raised.value, "zh")


def test_a_missing_library_of_a_window_is_named() -> None:
    def load(name: str) -> object:
        if name.startswith("libxcb-cursor"):
            raise OSError(name)
        return name

    with pytest.raises(WorldError) as raised:
        preflight.check_window_libraries({"DISPLAY": ":0"}, "linux", load)
    assert raised.value.params["library"] == "libxcb-cursor.so.0"
    preflight.check_window_libraries({"QT_QPA_PLATFORM": "offscreen", "DISPLAY": ":0"}, "linux", load)
