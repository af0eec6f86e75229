"""Reads the binary model files of Marian and of Firefox Translations."""
import pathlib
import struct

import numpy

FLOAT32, INT8 = 0x404, 0x4101


def _headers(data):
    version, count = struct.unpack_from("<QQ", data, 0)
    if version != 1:
        raise ValueError(f"version {version} of Marian's format, not 1")
    return [struct.unpack_from("<QQQQ", data, 16 + 32 * i) for i in range(count)], 16 + 32 * count


def _names(data, headers, offset):
    names = []
    for length, _, _, _ in headers:
        names.append(data[offset:offset + length - 1].decode())
        offset += length
    return names, offset


def _shapes(data, headers, offset):
    shapes = []
    for _, _, dimensions, _ in headers:
        shapes.append(struct.unpack_from(f"<{dimensions}i", data, offset))
        offset += 4 * dimensions
    return shapes, offset + 8 + struct.unpack_from("<Q", data, offset)[0]  # padding before the tensors


def _tensor(name, kind, shape, raw):
    count = int(numpy.prod(shape))
    if kind == FLOAT32:
        return numpy.frombuffer(raw, "<f4", count).reshape(shape).copy()
    if kind != INT8:
        raise ValueError(f"{name} has the unknown type {kind:#x}")
    # int8 matrices end with their multiplier and are transposed, but for the embedding, which the output layer uses.
    values = numpy.frombuffer(raw, numpy.int8, count).astype(numpy.float32) / struct.unpack_from("<f", raw, count)[0]
    return values.reshape(shape) if name.endswith("Wemb") else values.reshape(shape[::-1]).T.copy()


def read(path):
    """The tensors of a model by Marian's names, as float32 arrays; matrices are [in, out]."""
    data = pathlib.Path(path).read_bytes()
    headers, offset = _headers(data)
    names, offset = _names(data, headers, offset)
    shapes, offset = _shapes(data, headers, offset)
    tensors = {}
    for (_, kind, _, size), name, shape in zip(headers, names, shapes):
        # The activations' scales are for int8 inference alone; the rest of "special:" is configuration.
        if not name.startswith("special:") and not name.endswith("_QuantMultA"):
            tensors[name] = _tensor(name, kind, shape, data[offset:offset + size])
        offset += size
    return tensors
