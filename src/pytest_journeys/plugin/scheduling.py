"""What xdist's schedulers have to be told when a worker was lost, by the methods and queues that all of them show.

load and worksteal are asked to queue the row again. loadscope, loadfile and loadgroup do so by themselves, with the whole
scope, and then can come to a standstill (xdist 3.8): a worker begins a row when it knows the next one, and they may leave
it with one while others wait, or give work to a worker that has not collected yet, which is an error.
"""

from contextlib import suppress
from typing import Any


def outlive(node: Any) -> None:
    """Let the controller outlive a worker that dies while it is being given rows.

    To xdist 3.8 that is an internal error. It hears of the death all the same, and gives the rows to another then.
    Idempotent.
    """
    if "sendcommand" in vars(node):
        return
    send = node.sendcommand

    def send_or_lose(name: str, **more: object) -> None:
        with suppress(OSError):
            send(name, **more)

    node.sendcommand = send_or_lose


def prepare(sched: Any) -> None:
    """Before a worker's rows are given away: who has not collected yet may be given some, as all collect the same."""
    known = getattr(sched, "registered_collections", None)
    if known is not None and sched.collection:
        for node in sched.nodes:
            if node not in known:
                sched.add_node_collection(node, sched.collection)


def queue_again(sched: Any, item: str) -> None:
    """Let another worker run what a lost one has begun."""
    try:
        sched.mark_test_pending(item)
    except NotImplementedError:
        go_on(sched)


def take_out(sched: Any, item: str) -> bool:
    """Take an item from the queue of who queues by itself; False when a worker has it already."""
    waiting = getattr(sched, "workqueue", {})
    found = [unit for unit in waiting.values() if not unit.get(item, True)]
    for unit in found:
        unit[item] = True
    go_on(sched)
    assigned = getattr(sched, "assigned_work", {}).values()
    return bool(found) or all(unit.get(item, True) for units in assigned for unit in units.values())


def go_on(sched: Any) -> None:
    """Leave no scope in the queue in which nothing is left to do, and give everybody one more of the others."""
    waiting = getattr(sched, "workqueue", {})
    for scope in [scope for scope, unit in waiting.items() if all(unit.values())]:
        del waiting[scope]
    if waiting and sched.collection:
        sched.schedule()


def welcome(sched: Any, node: Any, ids: list[str]) -> None:
    """Give a replacement one scope; xdist gives it another when it hears the same."""
    if getattr(sched, "workqueue", None) and sched.collection:
        sched.add_node_collection(node, ids)
        sched.schedule()
