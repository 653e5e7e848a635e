"""Student code that writes replies of its own making to the wire: the top of a submission."""

WIRE = """
import io, json, os, struct, sys

def message(tree, bodies=(), lengths=None):
    lengths = [len(b) for b in bodies] if lengths is None else lengths
    header = json.dumps({"tree": tree, "bodies": lengths}).encode()
    return b"CNW1" + struct.pack("<I", len(header)) + header + b"".join(bodies)

def pipe():
    frame = sys._getframe()
    while "replies" not in frame.f_locals:
        frame = frame.f_back
    return frame.f_locals["replies"], frame.f_locals["request"]["id"]

def npy(array):
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()

def forge(make, body=b""):
    replies, number = pipe()
    replies.write(make(number))
    replies.flush()
    os._exit(0)
"""
