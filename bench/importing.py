"""How fast a sheet of 21,521 hospitals comes in through the code that the import window runs."""

import csv
import random
import tempfile
import time
from pathlib import Path

from bench import replica
from crmdesk.intake import Action, Report

ROWS = 21_521
PUBLIC = (
    Path(__file__).resolve().parents[2] / "shared" / "data" / "hospitals" / "hospitals_cn_ahospital_20provinces.csv"
)
_CITIES = ("江苏省-苏州市", "浙江省-杭州市", "山东省-青岛市", "四川省-成都市", "湖北省-武汉市", "广东省-佛山市")
_KINDS = ("人民医院", "中医医院", "妇幼保健院", "中心卫生院", "骨科医院", "社区卫生服务中心", "门诊部", "眼科医院")
_GRADES = ("三级甲等", "二级甲等", "一级甲等", "", "")
_CHARACTERS = "东南西北华安平康宁德福仁和济民永兴新长春明光瑞祥同心海山江河湖城关桥门"


def measure(out: Path) -> dict[str, float]:
    """Import the public list where it is at hand, else a made one of the same size; rows of the file a second."""
    with tempfile.TemporaryDirectory(dir=out) as name:
        folder = Path(name)
        sheet = PUBLIC if PUBLIC.exists() else generated(folder / "hospitals.csv", ROWS)
        print(f"  {'the public list' if sheet == PUBLIC else 'a made sheet (the public list is not beside the clone)'}")
        seconds, rows, report = timed_import(folder, sheet)
    made, parked = report.counts[Action.CREATE], report.counts[Action.DUPLICATE_PARKED]
    print(f"  {rows} rows in {seconds:.1f} s: {made} made, {parked} parked, {report.counts[Action.REFUSED]} refused")
    return {"import_rows_per_s": rows / seconds, "import_rows": float(rows), "import_s": seconds}


def timed_import(folder: Path, sheet: Path) -> tuple[float, int, Report]:
    """Read, plan and write one sheet into a new store; return seconds, rows of the file and the report."""
    with replica.desk(folder / "store") as (_store, desk):
        begun = time.perf_counter()
        preview = desk.imports.preview(sheet)
        report = desk.imports.run(preview, preview.mapping).result()
        return time.perf_counter() - begun, preview.row_count, report


def generated(path: Path, rows: int) -> Path:
    """Write a sheet with the columns of the public list: names of invented hospitals, the same for every run."""
    rng = random.Random(7)
    with path.open("w", encoding="utf-8", newline="") as file:
        sheet = csv.writer(file)
        sheet.writerow(["Hos_Name", "Hos_City", "Hos_Grade", "Hos_Speciality"])
        for _ in range(rows):
            city = rng.choice(_CITIES)
            place = city.partition("-")[2].removesuffix("市")
            name = place + "".join(rng.choices(_CHARACTERS, k=rng.choice((2, 2, 3, 4)))) + rng.choice(_KINDS)
            sheet.writerow([name, city, rng.choice(_GRADES), "心血管内科、骨科" if rng.random() < 0.05 else ""])
    return path
