"""What a request's line and headers say, where modules change them after a variable of ours has read them."""

from api import Api
from servers import wait_for

CONFIG = """
    %%DEFAULTS%%
    log_format calls '$uri $helpdesk_action $helpdesk_key_name $helpdesk_outcome';
    server {
        listen 127.0.0.1:%%PORT%%;
        access_log %%FOLDER%%/calls.log calls;
        # The rewrite phase reads the variable, and then changes the query string.
        location /line/ {
            set $before $helpdesk_action;
            set $args action=get_portals&format=json;
            helpdesk_api;
        }
        # The rewrite phase reads the variable, and the address is found after it.
        location /address/ {
            set $before $helpdesk_key_name;
            set_real_ip_from 127.0.0.1;
            real_ip_header X-Real-IP;
            helpdesk_key local { sha256 %%KEY_HASH%%; allow 192.0.2.1; }
            helpdesk_api;
        }
    }
"""


def last_call(nginx, path):
    wait_for(lambda: path in nginx.log("calls.log"), "the line in the log")
    return nginx.log("calls.log").splitlines()[-1]


def test_a_changed_query_string_counts(nginx, key, db):
    answer = Api(nginx.port, key).get("get_everything", path="/line/", headers={"X-API-Key": key})
    assert answer.status == 200 and answer.text.startswith("{"), answer.text
    assert last_call(nginx, "/line/") == "/line/ get_portals test ok"


def test_a_changed_address_counts(nginx, key, db):
    """The key may be used from the real address only."""
    answer = Api(nginx.port, key).get("get_portals", path="/address/", headers={"X-Real-IP": "192.0.2.1"})
    assert answer.status == 200, answer.text
    assert last_call(nginx, "/address/") == "/address/ get_portals local ok"
