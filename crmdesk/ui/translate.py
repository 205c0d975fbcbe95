"""Builds the English translation: lupdate over the windows, English from `resources/translations/en/*.json`, lrelease.

Run it with `python -m crmdesk.ui.translate` after changing texts; it exits with 1 while a text has no English.
"""

import json
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field
from pathlib import Path

import PySide6

import crmdesk
from crmdesk.ui.language import release
from crmdesk.ui.resources import resources_folder

English = str | list[str]


@dataclass
class Found:
    """What filling the English in came to."""

    missing: list[str] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)


def extract(target: Path) -> None:
    """Write every translatable text of `crmdesk/ui` into a fresh .ts file."""
    folder = Path(crmdesk.__file__).parent / "ui"
    sources = [str(path.relative_to(folder.parent.parent)) for path in sorted(folder.rglob("*.py"))]
    target.unlink(missing_ok=True)
    tool = Path(PySide6.__file__).parent / ("lupdate.exe" if sys.platform == "win32" else "lupdate")
    command = [
        str(tool), "-silent", "-locations", "absolute", "-source-language", "zh_CN", "-target-language", "en",
        "-tr-function-alias", "QT_TRANSLATE_NOOP+=_T,translate+=translate", *sources, "-ts", str(target),
    ]  # fmt: skip
    subprocess.run(command, check=True, cwd=folder.parent.parent, capture_output=True)


def dictionaries(folder: Path) -> dict[str, dict[str, English]]:
    """Return the English of each module; what a module says itself comes before what another one says."""
    return {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.json"))}


def fill(target: Path, known: dict[str, dict[str, English]]) -> Found:
    """Put the English into the .ts file; returns what is missing and what is no longer used (as module: text)."""
    tree = ElementTree.parse(target)
    found, used = Found(), set()
    anywhere = {source: english for module in known.values() for source, english in module.items()}
    for message in tree.iter("message"):
        source = message.findtext("source") or ""
        places = message.findall("location")
        modules = [Path(place.get("filename") or "").stem for place in places]
        for place in places:
            message.remove(place)  # line numbers would change the file with every edit of a source
        used.add(source)
        own = next((known[name][source] for name in modules if source in known.get(name, {})), None)
        if not _fill_message(message, own or anywhere.get(source)):
            found.missing.append(f"{modules[0] if modules else '?'}: {source}")
    found.unused = sorted(
        f"{name}: {source}" for name, module in known.items() for source in module if source not in used
    )
    ElementTree.indent(tree, "    ")
    text = ElementTree.tostring(tree.getroot(), encoding="unicode")
    target.write_text(f'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n{text}\n', "utf-8")
    return found


def _fill_message(message: ElementTree.Element, english: English | None) -> bool:
    node = message.find("translation")
    if node is None or not english:
        return False
    for child in list(node):
        node.remove(child)
    if message.get("numerus") == "yes":
        forms = english if isinstance(english, list) else [english, english]
        node.text = None
        for form in forms:
            ElementTree.SubElement(node, "numerusform").text = form
    elif isinstance(english, str):
        node.text = english
    else:
        return False
    node.attrib.pop("type", None)
    return True


def build() -> Found:
    """Extract, fill and compile; returns what is missing or unused."""
    folder = resources_folder() / "translations"
    with tempfile.TemporaryDirectory(dir=folder) as working:
        source, compiled = Path(working) / "crmdesk_en.ts", Path(working) / "crmdesk_en.qm"
        extract(source)
        found = fill(source, dictionaries(folder / "en"))
        release(source, compiled)
        source.replace(folder / source.name)
        compiled.replace(folder / compiled.name)
    return found


def main() -> int:
    """Build the translation and name what is left to do."""
    found = build()
    for text in found.missing:
        sys.stdout.write(f"no English: {text}\n")
    for text in found.unused:
        sys.stdout.write(f"no longer used: {text}\n")
    return 1 if found.missing or found.unused else 0


if __name__ == "__main__":
    sys.exit(main())
