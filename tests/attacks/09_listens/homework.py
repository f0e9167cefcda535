import socket
import threading

server = socket.create_server(("127.0.0.1", int("@PORT@")))
threading.Thread(target=server.accept).start()


def flatten(x):
    return x.reshape(x.shape[0], -1)
