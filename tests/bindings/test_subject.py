import subprocess
import time
from pathlib import Path

import pytest

from pytest_journeys.bindings.subject import ask_subject
from pytest_journeys.values.errors import UsageError


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository with one commit: an application, a journey, rows and an environment."""
    root = tmp_path / "project"
    (root / "src").mkdir(parents=True)
    (root / "rows").mkdir()
    (root / "src" / "app.py").write_text("one")
    (root / "shop.journey.yaml").write_text("one")
    (root / "rows" / "shop.csv").write_text("one")
    git(root, "init", "-q")
    git(root, "add", ".")
    git(root, "-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false", "commit", "-qm", "one")
    return root


def git(root: Path, *words: str) -> str:
    """What git prints."""
    return subprocess.run(["git", *words], cwd=root, check=True, capture_output=True, text=True).stdout.strip()


def subject(root: Path, *outside: Path) -> str:
    """The subject as it is asked for on a laptop."""
    return ask_subject(root, {}).answer(outside=outside)


class TestWithGit:
    def test_a_clean_project_is_its_commit(self, project: Path) -> None:
        """Also from a folder inside."""
        commit = git(project, "rev-parse", "HEAD")
        assert subject(project) == commit
        assert subject(project / "src") == commit

    def test_an_edited_application_is_another_subject(self, project: Path) -> None:
        """Changed, staged, new and removed files count; the same changes give the same subject."""
        seen = {subject(project)}
        (project / "src" / "app.py").write_text("two")
        edited = subject(project)
        seen.add(edited)
        git(project, "add", ".")
        assert subject(project) == edited
        (project / "src" / "größe neu.py").write_text("x")
        seen.add(subject(project))
        (project / "src" / "app.py").unlink()
        seen.add(subject(project))
        assert len(seen) == 4
        commit = git(project, "rev-parse", "HEAD")
        assert all(text.startswith(commit) for text in seen)

    def test_what_the_run_is_given_is_no_part_of_it(self, project: Path) -> None:
        """Journeys, rows, environments, reports and caches do not change the subject."""
        before = subject(project)
        (project / "shop.journey.yaml").write_text("two")
        (project / "rows" / "shop.csv").write_text("two")
        (project / "environments").mkdir()
        (project / "environments" / "local.yaml").write_text("a: 1")
        (project / "report.xml").write_text("<x/>")
        (project / "src" / "__pycache__").mkdir()
        (project / "src" / "__pycache__" / "app.pyc").write_text("x")
        outside = [project / "rows" / "shop.csv", project / "environments", project / "report.xml"]
        assert subject(project, *outside) == before
        assert subject(project) != before

    def test_a_repository_without_a_commit(self, tmp_path: Path) -> None:
        """Nothing fails; what is there counts."""
        git(tmp_path, "init", "-q")
        assert subject(tmp_path) == "no commit"
        (tmp_path / "a.py").write_text("x")
        assert subject(tmp_path).startswith("no commit+")


class TestElsewhere:
    def test_what_a_person_says_wins(self, project: Path) -> None:
        """Then the command, then the CI system."""
        ci = {"GITHUB_ACTIONS": "true", "GITHUB_SHA": "abc"}
        assert ask_subject(project, ci, told="build 7", command="echo x").answer() == "build 7"
        assert ask_subject(project, ci, command="echo build 8; true").answer() == "build 8"
        assert ask_subject(project, ci).answer() == "abc"

    def test_a_commit_variable_counts_in_its_system_only(self, project: Path) -> None:
        """GIT_COMMIT in somebody's shell is no Jenkins."""
        assert ask_subject(project, {"GIT_COMMIT": "abc"}).answer() == git(project, "rev-parse", "HEAD")

    def test_no_repository_and_no_git(self, tmp_path: Path, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """The subject is empty and nothing fails."""
        assert subject(tmp_path) == ""
        monkeypatch.setenv("PATH", str(tmp_path))
        assert subject(project) == ""

    def test_a_damaged_repository(self, project: Path) -> None:
        """Git's failure is no failure of the session."""
        (project / ".git" / "HEAD").write_text("nonsense")
        assert subject(project) == ""

    def test_what_a_failing_git_prints_does_not_count(
        self, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Half an answer is none."""
        stand_in = tmp_path / "git"
        stand_in.write_text("#!/bin/sh\nprintf '# branch.oid abc\\0'\nexit 128\n")
        stand_in.chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
        assert subject(project) == ""

    @pytest.mark.parametrize(
        ("command", "expected"),
        [
            ("echo no such build >&2; exit 3", "journeys_subject_command ended with exit code 3: no such build"),
            ("true", "journeys_subject_command printed nothing"),
        ],
    )
    def test_a_command_that_fails(self, project: Path, command: str, expected: str) -> None:
        """A usage error: somebody asked for it."""
        with pytest.raises(UsageError) as caught:
            ask_subject(project, {}, command=command).answer()
        assert str(caught.value) == f"{expected}\n  = help: it should print what is tested: {command}"

    def test_asking_does_not_wait(self, project: Path) -> None:
        """The process runs beside collection; one that nobody waits for is ended."""
        begun = time.monotonic()
        question = ask_subject(project, {}, command="sleep 20")
        question.drop()
        assert question.answer() == ""
        assert time.monotonic() - begun < 5
