"""Builds the package: the backend that pyproject.toml names, of the standard library alone.

    pip wheel bindings/python                                            over the library of the system
    pip wheel bindings/python --config-settings library=libleadkpi.so.0  with that library inside

With a library inside the wheel is of its platform: of manylinux with the newest glibc that the
library asks for, where it needs nothing else. The same files give the same bytes."""
import base64
import gzip
import hashlib
import io
import os
import re
import struct
import sysconfig
import tarfile
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCES = ("leadkpi_build.py", "pyproject.toml", "README")
MACHINES = {3: "i686", 22: "s390x", 40: "armv7l", 62: "x86_64", 183: "aarch64", 243: "riscv64"}
GLIBC_PARTS = re.compile(r"lib(c|m|pthread|dl|rt)\.so\.\d+|ld-linux.*\.so\.\d+|ld64?\.so\.\d+")


def read(*path):
    with open(os.path.join(HERE, *path), "rb") as file:
        return file.read()


def version():
    return re.search(r'^VERSION = "(.*)"', read("leadkpi", "_library.py").decode(), re.M).group(1)


def interface():
    return re.search(r"^INTERFACE = (\d+)", read("leadkpi", "_library.py").decode(), re.M).group(1)


def metadata():
    head = ["Metadata-Version: 2.1", "Name: leadkpi", "Version: " + version(),
            "Summary: Lead-generation KPIs, funnels, cohorts and attribution, each number with how sure it is",
            "License: MIT", "Requires-Python: >=3.9", "Classifier: Typing :: Typed",
            "Provides-Extra: plot", "Requires-Dist: matplotlib; extra == 'plot'",
            "Description-Content-Type: text/plain"]
    return ("\n".join(head) + "\n\n").encode() + read("README")


# ---- the platform of a library ---------------------------------------------------

class Elf:
    """What an ELF file needs: its machine, the libraries and the versions of their symbols."""

    def __init__(self, data):
        if data[:4] != b"\x7fELF":
            raise ValueError("expected an ELF file")
        self.data, self.wide, self.order = data, data[4] == 2, "<" if data[5] == 1 else ">"
        self.machine = self.get("H", 18)
        sections_at = self.get("Q" if self.wide else "I", 40 if self.wide else 32)
        size, count = self.get("H", 58 if self.wide else 46), self.get("H", 60 if self.wide else 48)
        self.sections = [self.section(sections_at + i * size) for i in range(count)]

    def get(self, kind, at):
        return struct.unpack_from(self.order + kind, self.data, at)[0]

    def section(self, at):
        """Type, offset, size and link."""
        if self.wide:
            return self.get("I", at + 4), self.get("Q", at + 24), self.get("Q", at + 32), self.get("I", at + 40)
        return self.get("I", at + 4), self.get("I", at + 16), self.get("I", at + 20), self.get("I", at + 24)

    def text(self, link, at):
        start = self.sections[link][1] + at
        return self.data[start:self.data.index(b"\0", start)].decode()

    def needed(self):
        word = 8 if self.wide else 4
        for kind, at, size, link in self.sections:
            for entry in range(at, at + size, 2 * word) if kind == 6 else ():  # SHT_DYNAMIC
                tag, value = (self.get("Q" if self.wide else "I", entry + i * word) for i in range(2))
                if tag == 1:  # DT_NEEDED
                    yield self.text(link, value)

    def versions(self):
        for kind, at, _, link in self.sections:
            more = kind == 0x6FFFFFFE  # SHT_GNU_verneed: a list of libraries, each with a list of versions
            while more:
                version_at = at + self.get("I", at + 8)
                for _ in range(self.get("H", at + 2)):
                    yield self.text(link, self.get("I", version_at + 8))
                    version_at += self.get("I", version_at + 12)
                more = self.get("I", at + 12)
                at += more


def platform_of(library):
    with open(library, "rb") as file:
        data = file.read()
    if data[:4] != b"\x7fELF":
        return re.sub(r"[^A-Za-z0-9]", "_", sysconfig.get_platform())
    elf = Elf(data)
    machine = MACHINES.get(elf.machine, os.uname().machine)
    glibc = [tuple(map(int, name[6:].split("."))) for name in elf.versions() if re.match(r"GLIBC_2\.\d+", name)]
    if not glibc or not all(GLIBC_PARTS.fullmatch(name) for name in elf.needed()):
        return "linux_" + machine
    return "manylinux_2_%d_%s" % (max(glibc)[1], machine)


def name_inside(library):
    """Under which the package looks for it beside itself."""
    if library.endswith(".dylib"):
        return "libleadkpi.%s.dylib" % interface()
    return "libleadkpi-%s.dll" % interface() if library.endswith(".dll") else "libleadkpi.so." + interface()


# ---- what an installer asks for ------------------------------------------------------

def package_files():
    for name in sorted(os.listdir(os.path.join(HERE, "leadkpi"))):
        if name.endswith((".py", ".typed")):
            yield "leadkpi/" + name, read("leadkpi", name)


def licence():
    path = os.path.join(HERE, "COPYING")
    if not os.path.exists(path):
        path = os.path.join(HERE, "..", "..", "COPYING")
    with open(path, "rb") as file:
        return file.read()


def dist_info(tag):
    folder = "leadkpi-%s.dist-info/" % version()
    wheel = "Wheel-Version: 1.0\nGenerator: leadkpi_build\nRoot-Is-Purelib: %s\nTag: %s\n"
    yield folder + "METADATA", metadata()
    yield folder + "WHEEL", (wheel % (str(tag.endswith("any")).lower(), tag)).encode()
    yield folder + "licenses/COPYING", licence()


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    library = (config_settings or {}).get("library")
    tag = "py3-none-" + (platform_of(library) if library else "any")
    files = list(package_files())
    if library:
        with open(library, "rb") as file:
            files.append(("leadkpi/" + name_inside(library), file.read()))
    files += dist_info(tag)
    record = "".join("%s,sha256=%s,%d\n" % (name, base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("="),
                                             len(data)) for name, data in files)
    folder = "leadkpi-%s.dist-info/" % version()
    files.append((folder + "RECORD", (record + folder + "RECORD,,\n").encode()))
    made = "leadkpi-%s-%s.whl" % (version(), tag)
    with zipfile.ZipFile(os.path.join(wheel_directory, made), "w", zipfile.ZIP_DEFLATED) as wheel:
        for name, data in files:
            entry = zipfile.ZipInfo(name)  # of 1980-01-01: the time of the build is no part of it
            entry.external_attr, entry.compress_type = 0o100644 << 16, zipfile.ZIP_DEFLATED
            wheel.writestr(entry, data)
    return made


def build_sdist(sdist_directory, config_settings=None):
    root = "leadkpi-" + version()
    files = [*package_files(), *((name, read(name)) for name in SOURCES), ("COPYING", licence()), ("PKG-INFO", metadata())]
    with open(os.path.join(sdist_directory, root + ".tar.gz"), "wb") as file, \
            gzip.GzipFile("", "wb", fileobj=file, mtime=0) as packed, \
            tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, data in files:
            entry = tarfile.TarInfo(root + "/" + name)
            entry.size, entry.mode = len(data), 0o644
            archive.addfile(entry, io.BytesIO(data))
    return root + ".tar.gz"
