"""Prints the path of one clip that the newest run has never trained on."""

import csv
from pathlib import Path

with Path("runs/latest/predictions.csv").open(newline="", encoding="utf-8") as file:
    print(next(row["path"] for row in csv.DictReader(file) if row["part"] == "test"))
