"""The description of the API, and that real answers are as it says."""

import jsonschema
import pytest
import requests

CONFIG = """
server {
    listen 127.0.0.1:%%PORT%%;
    location /desk/ { %%DEFAULTS%% helpdesk_api; }
    location = /openapi.json { helpdesk_openapi /desk; }
}
"""


@pytest.fixture
def url(nginx):
    return f"http://127.0.0.1:{nginx.port}"


@pytest.fixture
def document(url):
    return requests.get(f"{url}/openapi.json", timeout=30).json()


def schema(document, part):
    """A part of the document as a schema that finds what it refers to."""
    return {**part, "components": document["components"]}


def check_answer(document, action, method, answer):
    responses = document["paths"][f"/desk/{action}"][method]["responses"]
    response = responses[str(answer.status_code)]
    if "$ref" in response:
        response = document["components"]["responses"][response["$ref"].rpartition("/")[2]]
    assert set(response.get("headers", {})) <= set(answer.headers)
    described = response["content"][answer.headers["Content-Type"]]["schema"]
    jsonschema.Draft202012Validator(schema(document, described)).validate(answer.json())


def test_it_is_served(url):
    answer = requests.get(f"{url}/openapi.json", timeout=30)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")
    assert answer.json()["openapi"] == "3.1.0"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    head = requests.head(f"{url}/openapi.json", timeout=30)
    assert (head.status_code, head.headers["Content-Length"]) == (200, str(len(answer.content)))
    assert requests.post(f"{url}/openapi.json", data="x", timeout=30).status_code == 405


def test_every_schema_in_it_is_one(document):
    for described in document["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(described)


def test_an_import_and_an_export_made_by_it(url, document, db, key):
    (description,) = document["paths"]["/desk/import_customers"].values()
    assert "text/csv" in description["requestBody"]["content"]
    assert {parameter["name"] for parameter in description["parameters"]} == {"action", "mode", "dry_run", "format"}
    for status, body in ((200, "cid,company\nx,\ny,nobody"), (400, "nothing\n")):
        answer = requests.post(f"{url}/desk/import_customers", params={"action": "import_customers", "mode": "upsert", "format": "json"}, data=body,
                               headers={"X-API-Key": key, "Content-Type": "text/csv"}, timeout=30)
        assert answer.status_code == status
        check_answer(document, "import_customers", "post", answer)
        properties = schema(document, description["responses"]["200"]["content"]["application/json"]["schema"])["properties"]["response"]
        assert status != 200 or {name for record in answer.json()["response"] for name in record} == set(properties["items"]["properties"])
    answer = requests.get(f"{url}/desk/export_customers", params={"action": "export_customers", "cid": "*"}, headers={"X-API-Key": key}, timeout=30)
    responses = document["paths"]["/desk/export_customers"]["get"]["responses"]
    assert answer.headers["Content-Type"].split(";")[0] in responses["200"]["content"]


@pytest.mark.parametrize("method", ["get", "post"])
def test_calls_made_by_it(url, document, db, key, method):
    assert document["components"]["securitySchemes"]["header"] == {"type": "apiKey", "in": "header", "name": "X-API-Key"}

    def call(action, **variables):
        body = {"action": action, "format": "json", **variables}
        described = document["components"]["schemas"][action]
        assert set(body) <= set(described["properties"])
        sent = {"params": body} if method == "get" else {"json": body}
        answer = requests.request(method, f"{url}/desk/{action}", headers={"X-API-Key": key}, timeout=30, **sent)
        check_answer(document, action, method, answer)
        return answer

    assert call("add_customer", cid="x", contact="Jane").status_code == 200
    assert call("add_customer", cid="x").status_code == 409
    assert call("add_customer", cid="y", email2="a" * 300).status_code == 400
    assert call("add_customer", cid="y", company="nobody").json()["response"][0]["code"] == "unknown_company"
    assert call("add_customer", cid="y", contracts="9").json()["response"][0]["code"] == "unknown_contract"
    assert call("get_customers", cid="x").json()["customers"][0]["contact"] == "Jane"
    assert call("verify_customer", cid="x", **{"pass": "none"}).status_code == 200
    assert call("get_portals").status_code == 200
    assert call("update_portal", name="Main", new_name="First").status_code == 200
