"""Drives the official Python SDK's encryption: reads a plan as JSON on standard input, writes what came of it as JSON.

A plan is {"proxy", "region", "secretId", "secretKey", "provider", "steps": [[name, params], ...]}. Content is in files. A provider
is {"aes_key"}, {"aes_key_path"}, {"public_key", "private_key"} or {"public_key_path", "private_key_path"}.
"""
import json
import sys

from qcloud_cos import CosClientError, CosConfig, CosServiceError
from qcloud_cos.cos_encryption_client import CosEncryptionClient
from qcloud_cos.crypto import AESProvider, RSAProvider


def provider_of(keys):
    if "public_key" in keys:
        return RSAProvider(RSAProvider.get_rsa_key_pair(keys["public_key"], keys["private_key"]))
    if "public_key_path" in keys:
        return RSAProvider(RSAProvider.get_rsa_key_pair_path(keys["public_key_path"], keys["private_key_path"]))
    return AESProvider(**keys)


def put(client, path, **named):
    with open(path, "rb") as content:
        client.put_object(Body=content, **named)


def put_parts(client, path, part_bytes, **named):
    """One after the other, as it has to be."""
    upload = client.create_multipart_upload(**named)["UploadId"]
    parts = []
    with open(path, "rb") as content:
        while body := content.read(part_bytes):
            number = len(parts) + 1
            sent = client.upload_part(Body=body, PartNumber=number, UploadId=upload, **named)
            parts.append({"PartNumber": number, "ETag": sent["ETag"]})
    client.complete_multipart_upload(UploadId=upload, MultipartUpload={"Part": parts}, **named)


def upload_file(client, path, **named):
    """With more threads than one, what it writes can not be read."""
    client.upload_file(LocalFilePath=path, MAXThread=1, **named)


def get(client, path, **named):
    client.get_object(**named)["Body"].get_stream_to_file(path)


def get_range(client, path, Range, **named):
    """By one read, as the next would go on decrypting at a wrong place."""
    body = client.get_object(Range=Range, **named)["Body"].read(1024 * 1024)
    with open(path, "wb") as file:
        file.write(body)


STEPS = {"put": put, "put_parts": put_parts, "upload_file": upload_file, "get": get, "get_range": get_range}


def run(client, name, params):
    try:
        STEPS[name](client, **params)
        return "done"
    except (CosClientError, CosServiceError, TypeError, ValueError) as error:
        return f"{type(error).__name__}: {error}"


def main():
    plan = json.load(sys.stdin)
    config = CosConfig(
        Region=plan["region"],
        SecretId=plan["secretId"],
        SecretKey=plan["secretKey"],
        Scheme="http",
        Proxies={"http": plan["proxy"]},
    )
    client = CosEncryptionClient(config, provider_of(plan["provider"]), retry=0)
    json.dump([run(client, name, params) for name, params in plan["steps"]], sys.stdout)


main()
