"""What the package is packed into: the files, their record, and the platform that a library is of."""
import base64
import hashlib
import os
import re
import subprocess
import sys
import tarfile
import tempfile
import unittest
import zipfile

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import leadkpi_build as build

LIBRARY = os.environ["LEADKPI_LIBRARY"]


class Wheels(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def made(self, settings=None):
        return os.path.join(self.folder, build.build_wheel(self.folder, settings))

    def test_a_library_inside_makes_it_of_a_platform(self):
        path = self.made({"library": LIBRARY})
        self.assertRegex(os.path.basename(path), r"^leadkpi-\d+\.\d+\.\d+-py3-none-(manylinux_2_\d+|linux)_\w+\.whl$")
        with zipfile.ZipFile(path) as wheel, open(LIBRARY, "rb") as library:
            self.assertEqual(wheel.read("leadkpi/" + build.name_inside(LIBRARY)), library.read())
            said = wheel.read(f"leadkpi-{build.version()}.dist-info/WHEEL").decode()
        self.assertIn("Root-Is-Purelib: false\n", said)
        self.assertIn("Tag: " + "-".join(os.path.basename(path)[:-4].split("-")[2:]) + "\n", said)

    def test_the_record_tells_every_file_and_two_builds_give_the_same_bytes(self):
        path = self.made()
        self.assertTrue(path.endswith("-py3-none-any.whl"))
        with zipfile.ZipFile(path) as wheel:
            record = wheel.read(f"leadkpi-{build.version()}.dist-info/RECORD").decode().splitlines()
            self.assertEqual([line.split(",")[0] for line in record], wheel.namelist())
            for line in record[:-1]:
                name, digest, size = line.split(",")
                data = wheel.read(name)
                expected = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")
                self.assertEqual((digest, int(size)), ("sha256=" + expected, len(data)))
            self.assertIn("leadkpi/py.typed", wheel.namelist())
        with open(path, "rb") as first:
            before = first.read()
        with open(self.made(), "rb") as second:
            self.assertEqual(second.read(), before)

    def test_the_sources_build_the_same_wheel(self):
        with open(self.made(), "rb") as file:
            wheel = file.read()
        sources = os.path.join(self.folder, build.build_sdist(self.folder))
        with tarfile.open(sources) as archive:
            for member in archive.getmembers():
                self.assertTrue(member.isfile() and member.name.startswith(f"leadkpi-{build.version()}/"))
                target = os.path.join(self.folder, member.name)
                os.makedirs(os.path.dirname(target), exist_ok=True)
                with open(target, "wb") as file:
                    file.write(archive.extractfile(member).read())
        root = os.path.join(self.folder, f"leadkpi-{build.version()}")
        code = "import leadkpi_build; print(leadkpi_build.build_wheel('..'))"
        run = subprocess.run([sys.executable, "-B", "-c", code], cwd=root, capture_output=True, text=True, check=True,
                             env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"})
        with open(os.path.join(self.folder, run.stdout.strip()), "rb") as file:
            self.assertEqual(file.read(), wheel)


class Platforms(unittest.TestCase):
    @unittest.skipUnless(sys.platform == "linux", "ELF")
    def test_the_newest_glibc_that_is_asked_for_and_nothing_else_makes_a_manylinux(self):
        with open(LIBRARY, "rb") as file:
            elf = build.Elf(file.read())
        versions = [version for version in elf.versions() if re.match(r"GLIBC_2\.\d", version)]
        if versions:
            newest = max(int(version.split(".")[1]) for version in versions)
            self.assertTrue(build.platform_of(LIBRARY).startswith(f"manylinux_2_{newest}_"))
            self.assertTrue(any(name.startswith("libc.so") for name in elf.needed()))
        needed, build.Elf.needed = build.Elf.needed, lambda self: ["libc.so.6", "libother.so.1"]
        try:
            self.assertTrue(build.platform_of(LIBRARY).startswith("linux_"))
        finally:
            build.Elf.needed = needed
        with self.assertRaisesRegex(ValueError, "expected an ELF file"):
            build.Elf(b"MZ")


if __name__ == "__main__":
    unittest.main()
