"""Reads sealed objects by docs/reference/encryption-format.md alone. Takes the file of vectors, tells what each one holds as JSON lines."""
import base64
import hashlib
import json
import sys

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

PREFIX = "client-side-encryption-"


def field(value):
    data = value.encode() if isinstance(value, str) else value
    return len(data).to_bytes(4, "big") + data


def hkdf(key, salt, info):
    return HKDF(hashes.SHA512(), 32, salt, info).derive(key)


def unwrap(kind, wrapped, salt, context, keys):
    if kind == "rsa":
        private = serialization.load_pem_private_key(keys["rsa_private_pem"].encode(), None)
        oaep = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), context)
        return private.decrypt(wrapped, oaep)
    master = base64.b64decode(keys["aes"]) if kind == "aes" else bytes(b ^ 0x55 for b in wrapped[60:])
    return AESGCM(hkdf(master, salt, b"coset-sealed-1/wrapping-key")).decrypt(wrapped[:12], wrapped[12:60], context)


def decode(entry, keys):
    fields = {name.replace(PREFIX, ""): value for name, value in entry["metadata"].items()}
    salt, commitment, wrapped = (base64.b64decode(fields[name]) for name in ("salt", "commitment", "key"))
    name = base64.urlsafe_b64decode(fields["name"] + "=") if "name" in fields else b""
    parts = ["coset-sealed-1/context", fields["wrap-alg"], fields["key-id"], salt, commitment, fields["segment-size"], name]
    data_key = unwrap(entry["key"], wrapped, salt, b"".join(map(field, parts)), keys)
    segment = int(fields["segment-size"])
    derived = lambda what: hkdf(data_key, salt, b"coset-sealed-1/" + what + segment.to_bytes(4, "big"))
    assert derived(b"commitment") == commitment, "commitment"
    named = b"".join(map(field, ["coset-sealed-1/name", entry["bucket"], entry["object"]]))
    assert not name or hashlib.sha256(named).digest() == name, "name"
    stored, gcm = base64.b64decode(entry["stored"]), AESGCM(derived(b"content-key"))
    last, rest = divmod(len(stored), segment + 16)
    assert rest >= 16, "length"
    nonce = lambda index: index.to_bytes(11, "big") + bytes([index == last])
    pieces = (stored[i * (segment + 16) : (i + 1) * (segment + 16)] for i in range(last + 1))
    return b"".join(gcm.decrypt(nonce(i), piece, None) for i, piece in enumerate(pieces))


vectors = json.load(open(sys.argv[1]))
for entry in vectors["vectors"] + vectors["refused"]:
    try:
        print(json.dumps({"sha256": hashlib.sha256(decode(entry, vectors["keys"])).hexdigest()}))
    except Exception as error:
        print(json.dumps({"refused": type(error).__name__}))
