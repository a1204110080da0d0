"""Drives the official Python SDK: reads a plan as JSON on standard input, writes what came of it as JSON.

A plan is {"proxy", "region", "secretId", "secretKey", "steps": [[method, params], ...]}. Bodies are text. A value
{"$of": [step, name]} in the params is what the result of an earlier step has by that name.
"""
import json
import sys

from qcloud_cos import CosClientError, CosConfig, CosS3Client, CosServiceError


def filled(value, outcomes):
    """The params of a step, with what they take from earlier ones."""
    if isinstance(value, list):
        return [filled(one, outcomes) for one in value]
    if not isinstance(value, dict):
        return value
    if "$of" in value:
        step, name = value["$of"]
        return outcomes[step]["result"][name]
    return {name: filled(one, outcomes) for name, one in value.items()}


def run(client, method, params):
    try:
        result = getattr(client, method)(**params)
    except CosServiceError as error:
        return {"status": error.get_status_code(), "code": error.get_error_code()}
    except CosClientError as error:
        return {"code": "client", "message": str(error)}
    if result is None:
        return {}
    if method == "get_object":
        body = result["Body"].get_raw_stream().read()
        return {"text": body.decode(), "headers": headers_of(result)}
    if method == "select_object_content":
        return selected(result["Payload"])
    return {"result": headers_of(result) if hasattr(result, "items") else result}


def selected(stream):
    """The result of a query, and the kinds of events that brought it."""
    kinds = []
    text = b""
    try:
        for event in stream:
            kind = next(iter(event))
            kinds.append(kind)
            if kind == "Records":
                text += event["Records"]["Payload"]
    except CosServiceError as error:
        return {"code": error.get_error_code(), "text": text.decode()}
    return {"text": text.decode(), "result": {"kinds": kinds}}


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
    outcomes = []
    for method, params in plan["steps"]:
        outcomes.append(run(client, method, filled(params, outcomes)))
    json.dump(outcomes, sys.stdout)


main()
