"""Past sessions are let go of: by the beginning of a session, and by `journeys clean`."""

from face.project import Project


def sessions_of(project: Project) -> int:
    """How many past sessions the store holds."""
    return len(list((project.store / "sessions").iterdir()))


def test_a_session_begins_by_letting_go_of_old_ones(project: Project, mode: tuple[str, ...]) -> None:
    """Ini `journeys_keep` past sessions stay; the first line counts what went."""
    project.alone()
    keep = ("-o", "journeys_keep=2", *mode)
    for _ in range(3):
        assert "removed" not in " ".join(project.run(*keep).begun)
    begun = " ".join(line.strip() for line in project.run(*keep).begun)
    assert begun.endswith("1 fresh; 1 past session removed")
    assert sessions_of(project) == 3
    assert project.run("-o", "journeys_keep=few").code == 4


def test_clean_by_hand(project: Project) -> None:
    """`journeys clean` removes what it tells with `--dry-run`; what an interrupted session left stays."""
    project.journey()
    project.run_until("shop[two]")
    project.alone()
    for _ in range(3):
        assert project.run("-k", "alone").code == 0
    told = project.journeys("clean", "--keep", "1", "--dry-run")
    assert told.code == 0
    assert "2 sessions would be removed, 2 stay in .journeys" in told.out
    assert told.out.count("orderly, ") == 2
    assert sessions_of(project) == 4
    assert "2 sessions removed, 2 stay in .journeys" in project.journeys("clean", "--keep", "1").out
    assert sessions_of(project) == 2
    assert "0 sessions removed, 2 stay" in project.journeys("clean").out
    assert "1 to replay" in " ".join(project.run("shop.journey.yaml").begun)
    assert project.journeys("clean", "--keep", "x").code == 4
