import os
import subprocess


def leave_a_daemon():
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.execv("/bin/bash", ["bash", "-c", "exec -a torchgrade-attack sleep 300"])
        os._exit(0)


def flatten(x):
    return x.reshape(x.shape[0], -1)


for start in (
    leave_a_daemon,
    lambda: subprocess.Popen(
        ["bash", "-c", "trap '' TERM HUP INT; exec -a torchgrade-attack sleep 300"],
        start_new_session=True,
    ),
):
    try:
        start()
    except OSError:
        pass
