"""The schema registry's HTTP API (https://docs.confluent.io/platform/current/schema-registry/develop/api.html)."""
import functools
import json
import urllib.error
import urllib.parse
import urllib.request

import fastavro


class Registry:
    def __init__(self, url):
        self.url = url.rstrip("/")
        self.schema = functools.lru_cache(maxsize=None)(self._schema)
        self.id_of = functools.lru_cache(maxsize=None)(lambda subject: self.latest(subject)["id"])

    def call(self, method, path, body=None):
        """(status, parsed answer); an answer other than 2xx is not an error here."""
        request = urllib.request.Request(
            self.url + path, method=method, data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/vnd.schemaregistry.v1+json"})
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            text = error.read().decode()
            return error.code, json.loads(text) if text.startswith("{") else text

    def get(self, path):
        status, answer = self.call("GET", path)
        assert status == 200, f"the registry answers {status} to GET {path}: {answer}"
        return answer

    @staticmethod
    def _of(subject):
        return "/subjects/" + urllib.parse.quote(subject, safe="")

    def subjects(self, prefix):
        return sorted(name for name in self.get("/subjects") if name.startswith(prefix))

    def latest(self, subject):
        return self.get(self._of(subject) + "/versions/latest")

    def latest_json(self, subject):
        return json.loads(self.latest(subject)["schema"])

    def compatibility(self, subject):
        return self.get(f"/config/{urllib.parse.quote(subject, safe='')}").get("compatibilityLevel")

    def set_compatibility(self, subject, level):
        status, answer = self.call("PUT", f"/config/{urllib.parse.quote(subject, safe='')}", {"compatibility": level})
        assert status == 200, answer

    def is_compatible(self, subject, schema):
        status, answer = self.call("POST", f"/compatibility{self._of(subject)}/versions/latest",
                                   {"schema": json.dumps(schema)})
        assert status == 200, answer
        return answer["is_compatible"]

    def try_to_register(self, subject, schema):
        return self.call("POST", self._of(subject) + "/versions", {"schema": json.dumps(schema)})

    def register(self, subject, schema):
        status, answer = self.try_to_register(subject, schema)
        assert status == 200, f"{subject}: the registry refuses the schema with {status}: {answer}"
        return answer["id"]

    def _schema(self, schema_id):
        """The schema with this id, parsed for fastavro."""
        return parse(json.loads(self.get(f"/schemas/ids/{schema_id}")["schema"]))


def parse(schema):
    """For fastavro, without logical types: it would turn milliseconds into datetimes."""
    def plain(part):
        if isinstance(part, dict):
            return {key: plain(value) for key, value in part.items() if key != "logicalType"}
        return [plain(item) for item in part] if isinstance(part, list) else part
    return fastavro.parse_schema(plain(schema))
