import locale
import os
import random
import resource
import signal
import sys
import time

import numpy as np
import torch


def spoil():
    os.environ.clear()
    os.environ.update(PYTHONPATH="/nowhere", OMP_NUM_THREADS="-1", LD_PRELOAD="x", TMPDIR="/none")
    time.sleep(0)
    os.chdir("/")
    os.umask(0o777)
    for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_IGN)
    signal.alarm(1)
    signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
    for change in (
        lambda: os.nice(19),
        lambda: os.sched_setaffinity(0, {0}),
        lambda: locale.setlocale(locale.LC_ALL, "tr_TR.UTF-8"),
        lambda: resource.setrlimit(resource.RLIMIT_CPU, (3600, 3600)),
        lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)),
    ):
        try:
            change()
        except (OSError, ValueError, locale.Error):
            pass
    random.seed(0)
    np.random.seed(0)
    torch.manual_seed(0)
    torch.set_default_dtype(torch.float64)
    torch.set_grad_enabled(False)
    torch.set_num_threads(64)
    sys.path.clear()
    sys.stdout = sys.stderr = None


def flatten(x):
    return x.reshape(x.shape[0], -1)


spoil()
