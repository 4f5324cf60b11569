"""The engines themselves: ``engine.py BEHAVIOUR RUN_DIRECTORY``."""

import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

STARTED = datetime.now(UTC)


class Ends:
    """Writes an output, its outcome and a line on each stream, and ends."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.wd = root / "wd"

    def run(self) -> int:
        print("an ordinary line", flush=True)
        print("a line about trouble", file=sys.stderr, flush=True)
        with (self.root / "starts").open("a") as starts:
            starts.write(f"{os.getpid()}\n")
        code = self.work()
        self.end(code)
        return code

    def work(self) -> int:
        (self.wd / "out").mkdir()
        (self.wd / "out" / "answer").write_text("42")
        (self.wd / "logs" / "detail.log").write_text("worked\n")
        return 0

    def end(self, code: int) -> None:
        times = {"started": STARTED.isoformat(), "finished": datetime.now(UTC).isoformat()}
        temporary = self.root / f".outcome.{os.getpid()}"
        temporary.write_text(json.dumps({"exit_code": code, **times}))
        temporary.replace(self.root / "outcome.json")


class SlowToStart(Ends):
    """Shows no sign of life for a second."""

    def run(self) -> int:
        time.sleep(1)
        return super().run()


class NeverEnds(Ends):
    """Works until it is told to stop; then ends as an engine should."""

    def work(self) -> int:
        def told_to_stop(*_: object) -> None:
            self.end(143)
            os._exit(143)

        signal.signal(signal.SIGTERM, told_to_stop)
        (self.wd / "working").touch()
        while True:
            time.sleep(60)


class IgnoresStop(Ends):
    """Takes no notice of SIGTERM."""

    def work(self) -> int:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        (self.wd / "working").touch()
        while True:
            time.sleep(60)


class FailsAfterStart(Ends):
    """Cannot run what it is given, and says so."""

    def work(self) -> int:
        return 1


class DiesAfterStart(Ends):
    """Ends without a word, as when the machine runs out of memory."""

    def work(self) -> int:
        os.kill(os.getpid(), signal.SIGKILL)
        return 0


class LeavesBehind(Ends):
    """Ends well, and leaves a process of its own session running."""

    def work(self) -> int:
        spawn_sleeper(self.wd, "left")
        return super().work()


class HasFamily(NeverEnds):
    """Works with a child, a grandchild, one that left the session and one that lost its parent."""

    def work(self) -> int:
        spawn_sleeper(self.wd, "child", start_new_session=False)
        spawn_sleeper(self.wd, "session")
        orphan = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); import engine"
        orphan += f"; engine.spawn_sleeper(engine.Path({str(self.wd)!r}), 'orphan')"
        subprocess.run([sys.executable, "-S", "-c", orphan], check=True)
        return super().work()


class IgnoresEverything(IgnoresStop):
    """The worst: deaf itself, and so is its family."""

    def work(self) -> int:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        for name in ("one", "two", "three"):
            spawn_sleeper(self.wd, name)
        return super().work()


class AsAsked(Ends):
    """Behaves as the input ``behaviour`` of the run says: a name of these, or seconds."""

    def run(self) -> int:
        order = json.loads((self.root / "run.json").read_text())
        asked = {item["port"]: item["value"] for item in order["inputs"]}.get("behaviour", "Ends")
        if asked in globals():
            return globals()[asked](self.root).run()
        time.sleep(float(asked))
        return super().run()


def spawn_sleeper(wd: Path, name: str, start_new_session: bool = True) -> None:
    child = subprocess.Popen(
        ["/bin/sh", "-c", "sleep 300 & wait"], start_new_session=start_new_session
    )
    (wd / f"pid.{name}").write_text(str(child.pid))
    child.returncode = 0  # not waited for


if __name__ == "__main__":
    sys.exit(globals()[sys.argv[1]](Path(sys.argv[2])).run())
