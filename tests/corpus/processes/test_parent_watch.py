"""A process ends with its parent, also where no kernel tells it, and while it keeps the interpreter to itself."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.index.processes.test_worker import gone

ROOT = Path(__file__).parents[3]
CHILD = """
import re, sys, time
from corpus.processes import parent_watch
parent_watch._STUCK_CPU_S = 0.3
parent_watch.end_with_parent(told_by_kernel=sys.argv[1] == 'True')
print('ready', flush=True)
re.match('(a+)+$', 'a' * 60 + 'b') if sys.argv[2] == 'True' else time.sleep(60)
"""
PARENT = """
import subprocess, sys
child = subprocess.Popen([sys.executable, '-c', sys.argv[1], *sys.argv[2:]], stdout=subprocess.PIPE, text=True)
child.stdout.readline()
print(child.pid, flush=True)
child.wait()
"""


@pytest.mark.parametrize("stuck", [False, True])
@pytest.mark.parametrize("told_by_kernel", [False, True])
def test_child_ends_within_seconds(told_by_kernel: bool, stuck: bool) -> None:
    if told_by_kernel and sys.platform != "linux":
        pytest.skip("only Linux tells")
    command = [sys.executable, "-c", PARENT, CHILD, str(told_by_kernel), str(stuck)]
    parent = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert gone(pid)


def test_child_whose_parent_lives_works_longer_than_the_timer_of_the_dead() -> None:
    code = """
import time
from corpus.processes import parent_watch
parent_watch._CHECK_S, parent_watch._STUCK_CPU_S = 0.05, 0.2
parent_watch.end_with_parent(told_by_kernel=False)
began = time.process_time()
while time.process_time() - began < 0.5:
    sum(range(1000))
print('done')
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "done\n")
