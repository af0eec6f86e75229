"""A folder for the files of one test, packages among them."""
import io
import pathlib
import tarfile
import tempfile
import unittest
import zipfile


class Folder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def file(self, name, text):
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def wheel(self, name, files):
        with zipfile.ZipFile(self.folder / name, "w") as archive:
            for path, text in files.items():
                archive.writestr(path, text)

    def tar(self, name, files):
        with tarfile.open(self.folder / name, "w") as archive:
            for path, text in files.items():
                data = text if isinstance(text, bytes) else text.encode()
                entry = tarfile.TarInfo(path)
                entry.size = len(data)
                archive.addfile(entry, io.BytesIO(data))
