"""The numbers as Prometheus itself takes them."""

import subprocess

import requests

from servers import free_port, stop_process, wait_for

CONFIG = """
server {
    listen 127.0.0.1:%%PORT%%;
    location / { %%DEFAULTS%% helpdesk_api; }
    location = /metrics { helpdesk_status prometheus; }
}
"""


def test_promtool_has_nothing_to_say(api):
    assert api.add("x", **{"pass": "password123"}).status == 200
    assert api.get("get_customers", cid="x").status == 200
    wait_for(lambda: "get_customers" in requests.get(f"{api.base}/metrics", timeout=30).text, "the last call to be counted")
    text = requests.get(f"{api.base}/metrics", timeout=30).text
    checked = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True)
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")


def test_prometheus_scrapes_it(api, tmp_path):
    for number in range(7):
        assert api.update(f"c{number}", city="Rome").status == 404
    port = free_port()
    (tmp_path / "prometheus.yml").write_text(f"""
scrape_configs:
  - job_name: helpdesk
    scrape_interval: 1s
    static_configs: [{{targets: ["{api.base.removeprefix('http://')}"]}}]
""")
    with open(tmp_path / "prometheus.log", "w") as log:
        prometheus = subprocess.Popen(
            ["prometheus", f"--config.file={tmp_path}/prometheus.yml", f"--storage.tsdb.path={tmp_path}/data",
             f"--web.listen-address=127.0.0.1:{port}"], stdout=log, stderr=log)

    def answer():
        assert prometheus.poll() is None, (tmp_path / "prometheus.log").read_text()
        try:
            query = 'sum(helpdesk_requests_total{job="helpdesk", action="update_customer", key="test", outcome="not_found"})'
            answer = requests.get(f"http://127.0.0.1:{port}/api/v1/query", params={"query": query}, timeout=30)
            return answer.json()["data"]["result"] if answer.status_code == 200 else []
        except requests.ConnectionError:
            return []

    try:
        wait_for(lambda: [each["value"][1] for each in answer()] == ["7"], "Prometheus to know the number")
    finally:
        stop_process(prometheus)
