"""The JSON Schema files of doc/schema, and a validator of another hand that holds output against them."""
import json
import os

import jsonschema

from .program import TOP

FOLDER = os.path.join(TOP, "doc", "schema")
ENDING = ".schema.json"


def names():
    return sorted(n.removesuffix(ENDING) for n in os.listdir(FOLDER) if n.endswith(ENDING))


def load(name):
    with open(os.path.join(FOLDER, name + ENDING), encoding="utf-8") as f:
        return json.load(f)


def validator(name):
    schema = load(name)
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def check(name, *values):
    """Fail unless each of them is what the schema describes."""
    of = validator(name)
    for value in values:
        for error in of.iter_errors(value):
            raise AssertionError(f"{name}: {error.json_path}: {error.message}")
