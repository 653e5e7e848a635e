"""The notebook's first cell, wherever the notebook is opened: alone, in Colab, on Kaggle."""

import re
import shutil
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from autograder import locate
from autograder.course.release import archive as release
from autograder.exercises.convnets import EXERCISE

ROOT = locate.root()
NOTEBOOK = ROOT / "notebooks" / "ConvolutionalNetworks.ipynb"


@pytest.fixture
def notebook():
    return nbformat.read(NOTEBOOK, as_version=4)


def printed(cell):
    """Return what a cell printed."""
    return "".join(out.text for out in cell.outputs if out.output_type == "stream")


@pytest.fixture
def alone(notebook, tmp_path, monkeypatch):
    """Return a function that runs the setup cell in a folder of its own, with nothing on the path.

    What there is of Colab lies below that folder, and changes to the cell are replacements.
    """
    (setup,) = (cell for cell in notebook.cells if cell.id == "setup")
    notebook.cells = [setup]
    folder = tmp_path / "content"
    folder.mkdir()

    def run_there(*changes, before=""):
        for old, new in [("/content/", f"{folder}/"), ("/kaggle/", f"{folder}/"), *changes]:
            setup.source = setup.source.replace(old, new)
        if before:
            setup.source = f"{before}\n{setup.source}"
        monkeypatch.setenv("PYTHONPATH", "")
        resources = {"metadata": {"path": str(folder)}}
        NotebookClient(notebook, timeout=300, resources=resources).execute()
        return printed(setup)

    run_there.folder = folder
    return run_there


@pytest.fixture(scope="module")
def archive(tmp_path_factory, public_pack):
    """Return the archive that students get."""
    path = tmp_path_factory.mktemp("release") / "convnets-student-0.zip"
    files = list(release.contents(EXERCISE, locate.root()))
    release.write_archive(files, path, "convnets-student-0")
    return path


def test_alone_it_says_in_one_sentence_what_to_do(alone):
    with pytest.raises(CellExecutionError) as stop:
        alone()
    assert stop.value.evalue.startswith("The exercise is not here: put its archive")
    assert str(alone.folder) in stop.value.evalue


def test_beside_the_archive_it_unpacks_that(alone, archive):
    shutil.copy(archive, alone.folder / "convnets-student-0 (1).zip")  # as a browser names it
    place = alone.folder / "convnets-student-0"
    assert f"You edit {place / 'assignment' / 'cs231n' / 'layers.py'}" in alone()
    layers = place / "assignment" / "cs231n" / "layers.py"
    layers.write_text(layers.read_text() + "# mine")
    alone()
    assert layers.read_text().endswith("# mine"), "what the student wrote stays"


def test_in_colab_it_goes_into_drive_if_that_is_mounted(alone, archive):
    drive = alone.folder / "drive" / "MyDrive"
    drive.mkdir(parents=True)
    shutil.copy(archive, alone.folder)
    assert f"You edit {drive / 'convnets-student-0' / 'assignment'}" in alone()


def test_in_colab_it_fetches_the_release_from_its_address(alone, archive):
    colab = "import sys, types; sys.modules['google.colab'] = types.ModuleType('google.colab')"
    compiled = "sys.modules['cs231n_kernels'] = None"  # it is not what is tried here
    told = alone(
        ('RELEASE = ""', f'RELEASE = "{archive.as_uri()}"'),
        ("runpy.run_path(str(folder / KERNEL))", KERNEL_WITHOUT_COMPILING),
        before=f"{colab}; {compiled}",
    )
    assert f"You edit {alone.folder / 'convnets-student-0' / 'assignment'}" in told


KERNEL_WITHOUT_COMPILING = 'del sys.modules["google.colab"]; runpy.run_path(str(folder / KERNEL))'


def test_on_kaggle_it_copies_what_was_uploaded(alone, archive):
    shelf = alone.folder / "input" / "datasets" / "me"
    shelf.mkdir(parents=True)
    shutil.unpack_archive(archive, shelf)
    assert f"You edit {alone.folder / 'convnets' / 'assignment'}" in alone()


def test_a_scratch_file_beside_the_notebook_is_named(alone, archive):
    shutil.copy(archive, alone.folder)
    (alone.folder / "numpy.py").write_text("print('this was run')\n")
    with pytest.raises(CellExecutionError) as stop:
        alone()
    assert f"{alone.folder / 'numpy.py'} hides the library 'numpy'" in stop.value.evalue


def test_scratch_files_called_as_pythons_own_do_no_harm(alone, archive):
    shutil.copy(archive, alone.folder)
    for name in ("random.py", "queue.py"):
        (alone.folder / name).write_text("print('this was run')\n")
    told = alone()
    assert "You edit" in told
    assert "this was run" not in told


def test_the_notebook_links_to_the_files_to_edit(notebook):
    title = notebook.cells[0].source
    links = re.findall(r"\]\((\S+\.py)\)", title)
    assert [Path(link).name for link in links] == ["layers.py", "cnn.py"]
    for link in links:
        assert (NOTEBOOK.parent / link).is_file()
