"""Settings: every source, every refusal with place and remedy, and an example file that tells all of them."""

import re
import tomllib
from pathlib import Path

import pytest

from archive.config import FILE, Config, Language, WrongSetting, load

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "instance" / "guwah.toml.example"


def instance(folder: Path, text: str) -> Path:
    (folder / FILE).write_text(text)
    return folder


def test_an_absent_file_gives_the_defaults(tmp_path: Path) -> None:
    config = load(tmp_path, {})
    assert (config.bind, config.port, config.tls, config.idle_minutes) == ("127.0.0.1", 8080, "none", 15)
    assert config.url == "http://localhost:8080"


def test_argument_wins_over_environment_over_file(tmp_path: Path) -> None:
    folder = instance(tmp_path, "port = 1001\nthreads = 3\nidle_minutes = 20\n")
    config = load(folder, {"GUWAH_PORT": "1002", "GUWAH_THREADS": "4"}, port=1003)
    assert (config.port, config.threads, config.idle_minutes) == (1003, 4, 20)


def test_the_folder_is_named_by_argument_else_environment_else_default(tmp_path: Path) -> None:
    assert load(tmp_path, {"GUWAH_INSTANCE": "elsewhere"}).instance == tmp_path
    assert load(None, {"GUWAH_INSTANCE": str(tmp_path)}).instance == tmp_path
    assert load(None, {}).instance == Path("instance").absolute()


def test_a_list_in_the_environment_is_words_with_commas(tmp_path: Path) -> None:
    assert load(tmp_path, {"GUWAH_LANGUAGES": "ug, en"}).languages == ("ug", "en")


def test_a_config_cannot_be_changed(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="frozen"):
        load(tmp_path, {}).port = 1


@pytest.mark.parametrize(
    ("text", "setting"),
    [
        ("port = 0", "port must be a whole number from 1 to 65535"),
        ("port = true", "port must be"),
        ('port = "8080"', "port must be"),
        ("idle_minutes = 4", "idle_minutes must be a whole number of minutes from 5 to 60"),
        ("idle_minutes = 61", "idle_minutes must be"),
        ("idle_minutes = 1.5", "idle_minutes must be"),
        ('bind = "example.org"', "bind must be an IP address"),
        ('tls = "yes"', 'tls must be "none", "proxy" or "onion"'),
        ('languages = ["fr"]', "languages must be"),
        ("languages = []", "languages must be"),
        ('languages = "en"', "languages must be"),
        ('leave_url = "javascript:alert(1)"', "leave_url must be"),
        ('leave_url = "http://example.org/"', "leave_url must be"),
        ('leave_url = "https://"', "leave_url must be"),
        ('leave_url = "https://[x"', "leave_url must be"),
        ("workers = 0", "workers must be"),
        ("threads = 1979-05-27", "threads must be"),
        ("ports = 1", "there is no setting ports"),
        ("[server]\nport = 1", "there is no setting server"),
        ('instance = "x"', "Remove the line"),
        ("port = ", "is not TOML"),
    ],
)
def test_a_wrong_setting_names_file_setting_and_remedy(tmp_path: Path, text: str, setting: str) -> None:
    with pytest.raises(WrongSetting, match=re.escape(setting)) as refused:
        load(instance(tmp_path, text), {})
    assert str(refused.value).startswith(str(tmp_path / FILE))
    assert re.search(r"(Change|Remove|Compare|remove)", str(refused.value))


@pytest.mark.parametrize("name", ["GUWAH_PORT", "GUWAH_IDLE_MINUTES", "GUWAH_LEAVE_URL", "GUWAH_NOSUCH"])
def test_a_wrong_variable_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(WrongSetting, match=f"^{name}: "):
        load(tmp_path, {name: "x"})


def test_a_wrong_argument_is_named(tmp_path: Path) -> None:
    with pytest.raises(WrongSetting, match=r"^--port: port must be"):
        load(tmp_path, {}, port=70000)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"\xff\xfe")
    with pytest.raises(WrongSetting, match="UTF-8"):
        load(tmp_path, {})


def test_a_folder_in_the_place_of_the_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    with pytest.raises(WrongSetting, match="cannot be read"):
        load(tmp_path, {})


@pytest.mark.parametrize("bind", ["0.0.0.0", "192.0.2.1", "::"])
def test_an_address_others_can_reach_needs_declared_tls(tmp_path: Path, bind: str) -> None:
    folder = instance(tmp_path, f'bind = "{bind}"\n')
    with pytest.raises(WrongSetting, match="no TLS is declared") as refused:
        load(folder, {})
    assert "cookie" in str(refused.value)
    assert load(folder, {"GUWAH_TLS": "proxy"}).bind == bind


@pytest.mark.parametrize("bind", ["127.0.0.1", "127.9.9.9", "::1"])
def test_the_loopback_addresses_need_none(tmp_path: Path, bind: str) -> None:
    assert load(instance(tmp_path, f'bind = "{bind}"\n'), {}).loopback


def test_the_example_tells_every_setting_with_its_default(tmp_path: Path) -> None:
    told = tomllib.loads(re.sub(r"^# (?=[a-z_]+ = )", "", EXAMPLE.read_text(), flags=re.MULTILINE))
    assert told.keys() == Config.model_fields.keys() - {"instance"}
    folder = instance(tmp_path, re.sub(r"^# (?=[a-z_]+ = )", "", EXAMPLE.read_text(), flags=re.MULTILINE))
    assert load(folder, {}) == load(tmp_path / "absent", {}).model_copy(update={"instance": tmp_path})
    assert load(folder, {}) == Config(instance=tmp_path)


def test_every_language_with_a_catalogue_can_be_set() -> None:
    catalogues = {
        path.parents[1].name for path in ROOT.glob("archive/web/translations/*/LC_MESSAGES/messages.po")
    }
    assert {"en", *catalogues} == set(Language.__args__)  # type: ignore[attr-defined]
