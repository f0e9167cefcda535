import gc
import json
import struct

from grader.protocol import messages as m

HEADER = m.Value(type_name="Tensor").model_dump_json().encode()


def frame(header=HEADER, body=b""):
    return struct.pack("<2sIQ", b"tg", len(header), len(body)) + header + body


def tensor(shape, size, dtype="F32"):
    entry = {"dtype": dtype, "shape": shape, "data_offsets": [0, size]}
    header = json.dumps({"result": entry}).encode()
    return frame(body=struct.pack("<Q", len(header)) + header + bytes(size))


def sends(data):
    def function(x, params):
        worker = next(o for o in gc.get_objects() if type(o).__name__ == "Worker")
        worker._sock.sendall(data)
        return x

    return function


def flatten(x):
    return x.reshape(x.shape[0], -1)


# Every definition is tried, the last one first, each in a worker of its own.
three_layer_convnet = sends(frame(b"[" * 100_000))
three_layer_convnet = sends(frame(b'{"kind": "value", "type_name": "\\ud800"}'))
three_layer_convnet = sends(tensor([0, 1 << 64], 0))
three_layer_convnet = sends(tensor([10], 5, "F4"))
