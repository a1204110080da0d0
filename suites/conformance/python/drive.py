"""Drives the official Python SDK: reads a plan as JSON on standard input, writes what came of it as JSON.

A plan is {"proxy", "region", "secretId", "secretKey", "steps": [[method, params], ...]}. Bodies are text.
"""
import json
import sys

from qcloud_cos import CosClientError, CosConfig, CosS3Client, CosServiceError


def run(client, method, params):
    try:
        result = getattr(client, method)(**params)
    except CosServiceError as error:
        return {"status": error.get_status_code(), "code": error.get_error_code()}
    except CosClientError as error:
        return {"code": "client", "message": str(error)}
    if method == "get_object":
        body = result["Body"].get_raw_stream().read()
        return {"text": body.decode(), "headers": headers_of(result)}
    return {"result": headers_of(result) if hasattr(result, "items") else result}


def headers_of(result):
    return {name: value for name, value in result.items() if name != "Body"}


def main():
    plan = json.load(sys.stdin)
    config = CosConfig(
        Region=plan["region"],
        SecretId=plan["secretId"],
        SecretKey=plan["secretKey"],
        Scheme="http",
        Proxies={"http": plan["proxy"]},
    )
    client = CosS3Client(config, retry=0)
    json.dump([run(client, method, params) for method, params in plan["steps"]], sys.stdout)


main()
