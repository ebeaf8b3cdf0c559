"""Real servers for tests: one embedded cluster a session, and a fresh migrated database for each test that asks."""

import contextlib
import dataclasses
import lzma
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from nation_slice import AS_OF, write_slice

from khuyencong.night.nightly import run_nightly
from khuyencong.night.transform import run_dbt
from warehouse.address import Warehouse, connect
from warehouse.journal import write_log
from warehouse.migrate import migrate
from warehouse.opening import discard_warehouse, find_warehouse
from warehouse.settings import Settings

HERE = Path(__file__).parent
# The name stays the same from test to test, so that dbt's parsed project, which holds it, can be used again.
NAME, TEMPLATE, LOADED = "khuyencong_test", "khuyencong_template", "khuyencong_loaded"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker("integration")


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """An embedded server of this test session, with two databases to copy from: migrated, and with the register loaded too."""
    settings = Settings(home=tmp_path_factory.mktemp("cluster"), database_url=None, inbox=None)
    server = find_warehouse(settings)
    try:
        # What tests write need not survive the machine.
        _execute(server, "alter system set fsync = off", "select pg_reload_conf()", f"create database {TEMPLATE}")
        migrate(dataclasses.replace(server, dbname=TEMPLATE))
        _execute(server, f"create database {LOADED} template {TEMPLATE}")
        run_dbt(dataclasses.replace(server, dbname=LOADED), settings, ["stg_succession"], seeds=True)
        yield server
    finally:
        discard_warehouse(settings)


@pytest.fixture
def database(cluster: Warehouse) -> Iterator[Warehouse]:
    """A fresh database with the register, dropped afterwards whoever is still connected."""
    yield from _copy(cluster, LOADED)


@pytest.fixture
def empty_database(cluster: Warehouse) -> Iterator[Warehouse]:
    """A fresh database that was migrated and never saw a night: its register is not loaded."""
    yield from _copy(cluster, TEMPLATE)


@pytest.fixture(scope="session")
def named_database(cluster: Warehouse) -> Iterator[Callable[[str], Warehouse]]:
    """Makes fresh databases with the register that last for the session, by name; for stories that several tests look at."""
    made: list[str] = []

    def make(name: str) -> Warehouse:
        made.append(name)
        _execute(cluster, f"create database {name} template {LOADED}")
        _execute(cluster, f"alter database {name} set timezone = 'Asia/Ho_Chi_Minh'")
        return dataclasses.replace(cluster, dbname=name)

    yield make
    for name in made:
        _execute(cluster, f"drop database if exists {name} with (force)")


@pytest.fixture
def settings(database: Warehouse, tmp_path: Path) -> Settings:
    """Settings with a home of this test, whose warehouse is the fresh database."""
    return Settings(home=tmp_path / "home", database_url=database.dsn, inbox=None)


@pytest.fixture
def own_settings(tmp_path: Path) -> Iterator[Callable[..., Settings]]:
    """Makes settings with an embedded server of their own, in a folder below tmp_path; all are removed afterwards."""
    made: list[Settings] = []

    def make(folder: str = "home") -> Settings:
        made.append(Settings(home=tmp_path / folder, database_url=None, inbox=None))
        return made[-1]

    yield make
    for settings in made:
        discard_warehouse(settings)


@pytest.fixture(scope="session")
def old_backup(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup by version 0.1.0 (version_0_1_0/README.md)."""
    path = tmp_path_factory.mktemp("old") / "version-0.1.0.tar"
    path.write_bytes(lzma.decompress((HERE / "version_0_1_0" / "backup.tar.xz").read_bytes()))
    return path


@pytest.fixture(scope="session")
def slice_inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The inbox of a clean slice of the nation (nation_slice)."""
    folder = tmp_path_factory.mktemp("slice")
    write_slice(tmp_path_factory.mktemp("nation"), folder)
    return folder


@pytest.fixture(scope="session")
def slice_installed(tmp_path_factory: pytest.TempPathFactory, slice_inbox: Path) -> Iterator[tuple[Settings, dict]]:
    """An installation whose warehouse took up the slice, and the document of that night, which is logged as `kc nightly` does."""
    settings = Settings(home=tmp_path_factory.mktemp("installed"), database_url=None, inbox=slice_inbox)
    with write_log(settings, "nightly"):
        night = run_nightly(settings, AS_OF, lambda: AS_OF)
    yield settings, night
    discard_warehouse(settings)


def _copy(server: Warehouse, template: str) -> Iterator[Warehouse]:
    _execute(server, f"drop database if exists {NAME} with (force)", f"create database {NAME} template {template}")
    _execute(server, f"alter database {NAME} set timezone = 'Asia/Ho_Chi_Minh'")
    yield dataclasses.replace(server, dbname=NAME)
    _execute(server, f"drop database if exists {NAME} with (force)")


def _execute(server: Warehouse, *statements: str) -> None:
    with contextlib.closing(connect(server, dbname="postgres")) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)


@pytest.fixture
def nobodys(cluster: Warehouse) -> Iterator[Warehouse]:
    """An empty database that no programme has opened."""
    server = dataclasses.replace(cluster, dbname="nobodys")
    with contextlib.closing(connect(cluster, dbname="postgres")) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("create database nobodys")
            yield server
            cursor.execute("drop database nobodys with (force)")
