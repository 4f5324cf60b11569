"""Looking at processes in a way of its own, not that of the code under test."""

import psutil


def living_of(run_id: str) -> list[tuple[int, str]]:
    """Pid and state letter of every living process that was started for a run."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("TAVERNA_RUN_ID") == run_id:
                status = process.status()
                if status not in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD):
                    found.append((process.pid, "T" if status == "stopped" else "S"))
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return found
