"""A clean slice of the sample nation: the centre, provinces that stay and two that merge, to the first quarter after."""

import shutil
from datetime import date, datetime
from pathlib import Path

from samples.nation import write_nation
from warehouse.settings import TIMEZONE

UNITS = ("trung-uong", "kcqg-vung-1", "ha-noi", "cao-bang", "long-an", "tay-ninh", "tay-ninh-2025")
FORMS = {"giao-ke-hoach", "tien-do", "kinh-phi", "ket-qua"}
AS_OF = datetime(2025, 10, 31, 23, 0, tzinfo=TIMEZONE)


def write_slice(whole: Path, folder: Path) -> None:
    """Write the nation into `whole`, and its files and truth for UNITS into `folder`."""
    write_nation(whole, seed=2025, until=date(2025, 9, 30), forms=FORMS, clean=True)
    for name in (*UNITS, "truth"):
        shutil.copytree(whole / name, folder / name)
    shutil.copy(whole / "manifest.csv", folder / "manifest.csv")
