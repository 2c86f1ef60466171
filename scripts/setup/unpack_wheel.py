"""Unpacks TensorFlow's C++ libraries and headers from its wheel: unpack_wheel.py WHEEL FOLDER.

The Python part of the wheel is left out. Each member's checksum is verified by zipfile as it is read.
"""

import os
import shutil
import sys
import zipfile


def wanted(name):
    if name.startswith("tensorflow/include/"):
        return True
    folder, _, base = name.rpartition("/")
    return folder == "tensorflow" and base.startswith(("libtensorflow_cc.", "libtensorflow_framework."))


def main(wheel, folder):
    with zipfile.ZipFile(wheel) as archive:
        members = [m for m in archive.infolist() if not m.is_dir() and wanted(m.filename)]
        made = set()
        for member in members:
            path = os.path.join(folder, *member.filename.split("/"))
            parent = os.path.dirname(path)
            if parent not in made:
                os.makedirs(parent, exist_ok=True)
                made.add(parent)
            with archive.open(member) as source, open(path, "wb") as target:
                shutil.copyfileobj(source, target, 1 << 20)
    print(len(members))


if __name__ == "__main__":
    main(*sys.argv[1:])
