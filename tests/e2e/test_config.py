"""What `nginx -t` refuses, in one clear line, and how directives inherit."""

import re

import pytest

from api import Api
from servers import MODULE, ROOT

KEY = "helpdesk_key test { sha256 %%KEY_HASH%%; }"
POOLS = "helpdesk_thread_pool helpdesk; helpdesk_hash_thread_pool helpdesk_hash;"
LOCATION = "server { listen 127.0.0.1:%%PORT%%; location / { helpdesk_api; } }"


def database(**changes):
    parameters = {"socket": "%%SOCKET%%", "user": "u", "name": "n"} | changes
    return "helpdesk_database { " + " ".join(f"{k} {v};" for k, v in parameters.items() if v is not None) + " }"


def key_block(rules):
    return "helpdesk_key b { sha256 " + "0" * 64 + "; " + rules + " }"


def config(*parts, db=None, key=KEY, pools=POOLS):
    return " ".join([database() if db is None else db, key, pools, *parts, LOCATION])


def test_a_good_configuration(nginx):
    (nginx.folder / "ca.pem").write_text("")
    for good in (config(), config(db=database(socket=None, host="db.example", port="3307", connect_timeout="1s", read_timeout="1m", statement_timeout="60s",
                                              connections="100", idle_timeout="5m",
                                              tls="verify", tls_ca="%%FOLDER%%/ca.pem", password_file="%%FOLDER%%/password")),
                 config("helpdesk_bcrypt_cost 31; helpdesk_format json; helpdesk_format_variable output; helpdesk_email_check on;"
                        "helpdesk_error_status legacy; helpdesk_unknown_variables reject; helpdesk_key_in_url off; helpdesk_geocoder /geo timeout=60s;"
                        + key_block("actions add_customer Get_Customers; actions delete_customer; allow 10.0.0.0/8 ::1; allow unix:;"
                                    "allow 0.0.0.0/0; allow ::/0; expires 2024-02-29;"))):
        passed, output = nginx.test(good)
        assert passed, output
        assert nginx.mariadb.password not in output


@pytest.fixture(scope="module")
def password_files(nginx):
    for name, content in {"two_lines": b"a-password\nanother\n", "two_ends": b"a-password\n\n", "old_mac": b"a-password\rb", "nul": b"a\0b\n",
                          "mark": b"\xef\xbb\xbfa-password\n", "line_break": b"\r\n",
                          "good": b"a-password", "good_lf": b"a-password\n", "good_crlf": b"a-password\r\n"}.items():
        (nginx.folder / name).write_bytes(content)


@pytest.mark.parametrize("name", ["good", "good_lf", "good_crlf"])
def test_a_good_password_file(nginx, password_files, name):
    passed, output = nginx.test(config(db=database(password_file=f"%%FOLDER%%/{name}")))
    assert passed, output


@pytest.mark.parametrize("bad, message", [
    (config(db=database(user=None)), '"helpdesk_database" needs "user"'),
    (config(db=database(name=None)), '"helpdesk_database" needs "name"'),
    (config(db=database(connections="0")), '"connections" must be a number from 1 to 100000, not "0"'),
    (config(db=database(connections="many")), '"connections" must be a number from 1 to 100000, not "many"'),
    (config(db=database(connections="-1")), '"connections" must be a number from 1 to 100000, not "-1"'),
    (config(db=database(connections="100001")), '"connections" must be a number from 1 to 100000, not "100001"'),
    (config(db=database(idle_timeout="0")), '"idle_timeout" must be a time from 1s to 1h in whole seconds, not "0"'),
    (config(db=database(idle_timeout="500ms")), '"idle_timeout" must be a time from 1s to 1h in whole seconds, not "500ms"'),
    (config(db=database(socket=None)), '"helpdesk_database" needs either "server", "host" or "socket"'),
    (config(db=database(host="h")), '"helpdesk_database" needs either "server", "host" or "socket"'),
    (config(db=database(server="localhost")), '"helpdesk_database" needs either "server", "host" or "socket"'),
    (config(db=database(socket=None, server="h:0")), '"server" must be HOST, HOST:PORT or unix:PATH, not "h:0": invalid port'),
    (config(db=database(socket=None, server="backup backup")), '"helpdesk_database" has no server but a backup'),
    (config(db=database(statement_timeout="0")), '"statement_timeout" must be a time such as 500ms or 5s, not "0"'),
    (config(db=database(statement_timeout="11s")), '"helpdesk_database" has a "statement_timeout" longer than its "read_timeout"'),
    (config(db=database(password_file="/nonexistent")), '"password_file" "/nonexistent" cannot be read'),
    (config(db=database(password_file="/dev/null")), '"password_file" "/dev/null" is empty'),
    (config(db=database(password_file="%%FOLDER%%/two_lines")), 'two_lines" has more than one line'),
    (config(db=database(password_file="%%FOLDER%%/two_ends")), 'two_ends" has more than one line'),
    (config(db=database(password_file="%%FOLDER%%/old_mac")), 'old_mac" has more than one line'),
    (config(db=database(password_file="%%FOLDER%%/nul")), 'nul" has a NUL byte; it must be of one line of text'),
    (config(db=database(password_file="%%FOLDER%%/mark")), 'mark" begins with a byte order mark'),
    (config(db=database(password_file="%%FOLDER%%/line_break")), 'line_break" is empty'),
    (config(db=database(password_file="%%FOLDER%%")), 'cannot be read'),
    (config(db=database(port="0")), '"port" must be a number from 1 to 65535'),
    (config(db=database(port="x")), '"port" must be a number from 1 to 65535'),
    (config(db=database(connect_timeout="0")), '"connect_timeout" must be a time'),
    (config(db=database(read_timeout="500ms")), '"read_timeout" must be a time'),
    (config(db=database(read_timeout="x")), '"read_timeout" must be a time'),
    (config(db=database(tls="maybe")), '"tls" must be "off", "on" or "verify"'),
    (config(db=database(tls="on", tls_ca="/nonexistent")), '"tls_ca" "/nonexistent" cannot be read'),
    (config(db=database(tls="on", tls_ca="%%FOLDER%%")), 'cannot be read'),
    (config(db=database(tls_ca="/dev/null")), '"tls_ca" without "tls on"'),
    (config(db=database(colour="red")), '"colour" is not a parameter of this block'),
    (config(db=database(user="a b")), '"user" takes one value'),
    (config(db=database(name='""')), '"name" must not be empty'),
    (config(db="helpdesk_database { user u; user v; }"), '"user" is duplicate'),
    (config(database()), '"helpdesk_database" is duplicate'),
    (config(db=" "), '"helpdesk_api" needs a "helpdesk_database" block'),
    (config(key=" "), '"helpdesk_api" needs at least one "helpdesk_key" block'),
    (config(key="helpdesk_key a { sha256 12; }"), '"sha256" must be 64 hexadecimal digits'),
    (config(key="helpdesk_key a { }"), '"helpdesk_key" "a" needs "sha256"'),
    (config(KEY), '"helpdesk_key" "test" is duplicate'),
    (config(KEY.replace("test", "b")), '"helpdesk_key" "b" has the "sha256" of "test"'),
    (config(key_block("sha256 " + "1" * 64 + ";")), '"sha256" is duplicate'),
    (config(key_block("actions;")), '"actions" takes at least one value'),
    (config(key_block("actions get_customers get_everything;")), '"actions" names "get_everything", which is no action'),
    (config(key_block("actions get_customers; actions GET_customers;")), '"actions" names "GET_customers" twice'),
    (config(key_block("allow;")), '"allow" takes at least one value'),
    (config(key_block("allow 10.0.0.0/33;")), '"allow" must be "unix:", an address, or a network such as'),
    (config(key_block("allow 10.0.0.1/8;")), 'without bits beyond its prefix, not "10.0.0.1/8"'),
    (config(key_block("allow 2001:db8::/129;")), '"allow" must be "unix:", an address, or a network such as'),
    (config(key_block("allow localhost;")), '"allow" must be "unix:", an address, or a network such as'),
    (config(key_block("allow 10.0.0.1; allow 10.0.0.1/32;")), '"allow" names "10.0.0.1/32" twice'),
    (config(key_block("expires 2024-02-30;")), '"expires" must be a day such as 2030-12-31, not "2024-02-30"'),
    (config(key_block("expires 12/31/2030;")), '"expires" must be a day such as 2030-12-31, not "12/31/2030"'),
    (config(key_block('expires "2030-12-31 10:00:00";')), '"expires" must be a day such as'),
    (config(key_block("expires 2030-12-31; expires 2031-12-31;")), '"expires" is duplicate'),
    (config(key_block("from 10.0.0.0/8;")), '"from" is not a parameter of this block'),
    (config("helpdesk_key_in_url no;"), '"helpdesk_key_in_url" must be "on" or "off"'),
    (config("helpdesk_key_in_url on; helpdesk_key_in_url off;"), '"helpdesk_key_in_url" is duplicate'),
    (config(pools="helpdesk_thread_pool helpdesk;"), '"helpdesk_api" needs "helpdesk_hash_thread_pool"'),
    (config(pools="helpdesk_hash_thread_pool default;"), '"helpdesk_api" needs two different pools'),
    (config(pools="helpdesk_thread_pool helpdesk; helpdesk_hash_thread_pool helpdesk;"), '"helpdesk_api" needs two different pools'),
    (config(pools="helpdesk_thread_pool none; helpdesk_hash_thread_pool helpdesk;"), 'unknown thread pool "none"'),
    (config(pools="helpdesk_hash_thread_pool none;"), 'unknown thread pool "none"'),
    (config("helpdesk_bcrypt_cost 3;"), '"helpdesk_bcrypt_cost" must be a number from 4 to 31'),
    (config("helpdesk_bcrypt_cost 32;"), '"helpdesk_bcrypt_cost" must be a number from 4 to 31'),
    (config("helpdesk_bcrypt_cost x;"), '"helpdesk_bcrypt_cost" must be a number from 4 to 31'),
    (config("helpdesk_bcrypt_cost +5;"), '"helpdesk_bcrypt_cost" must be a number from 4 to 31, not "+5"'),
    *((config(f"helpdesk_max_records {number};"), '"helpdesk_max_records" must be a number from 1 to 1000000, not "' + number.strip("'") + '"')
      for number in ("0", "-1", "+1", "' 1'", "1k", "1.5", "''", "1000001", "99999999999999999999")),
    (config("helpdesk_max_records 1; helpdesk_max_records 1;"), '"helpdesk_max_records" is duplicate'),
    (config("helpdesk_date_format ISO;"), '"helpdesk_date_format" must be "iso" or "reference", not "ISO"'),
    (config("helpdesk_format html;"), '"helpdesk_format" must be "xml", "json" or "url"'),
    (config("helpdesk_format xml; helpdesk_format xml;"), '"helpdesk_format" is duplicate'),
    (config("helpdesk_format_variable cid;"), '"helpdesk_format_variable" cannot be "cid"'),
    (config("helpdesk_format_variable Action;"), '"helpdesk_format_variable" cannot be "action"'),
    (config("helpdesk_error_status old;"), '"helpdesk_error_status" must be "legacy" or "standard"'),
    (config("helpdesk_unknown_variables drop;"), '"helpdesk_unknown_variables" must be "reject" or "ignore"'),
    (config("helpdesk_encode_text yes;"), '"helpdesk_encode_text" must be "on" or "off"'),
    (config("helpdesk_email_check yes;"), '"helpdesk_email_check" must be "on" or "off"'),
    (config("server { location = /s { helpdesk_status xml; } }"), '"helpdesk_status" must be "html", "json" or "prometheus", not "xml"'),
    (config("helpdesk_geocoder geo;"), '"helpdesk_geocoder" must be the path of a location, such as /geocoder, or "off", not "geo"'),
    (config("helpdesk_geocoder '';"), '"helpdesk_geocoder" must be the path of a location, such as /geocoder, or "off", not ""'),
    (config("helpdesk_geocoder /geo?limit=1;"), '"helpdesk_geocoder" must be the path of a location'),
    (config("helpdesk_geocoder /geo 2s;"), '"helpdesk_geocoder" must have "timeout=" and a time from 1ms to 60s, not "2s"'),
    (config("helpdesk_geocoder /geo timeout=0;"), '"helpdesk_geocoder" must have "timeout=" and a time from 1ms to 60s'),
    (config("helpdesk_geocoder /geo timeout=61s;"), '"helpdesk_geocoder" must have "timeout=" and a time from 1ms to 60s'),
    (config("helpdesk_geocoder /geo; helpdesk_geocoder off;"), '"helpdesk_geocoder" is duplicate'),
    (config("server { location = /s { helpdesk_status json; helpdesk_status json; } }"),
     '"helpdesk_status" is duplicate'),
    (config("server { location = /s { helpdesk_api; helpdesk_status json; } }"),
     '"helpdesk_status" is not allowed where another directive answers already'),
    (config("server { location = /h { helpdesk_health; helpdesk_health; } }"), '"helpdesk_health" is duplicate'),
    (config("server { location = /h { helpdesk_api; helpdesk_health; } }"),
     '"helpdesk_health" is not allowed where another directive answers already'),
    (config("server { location = /h { helpdesk_health; helpdesk_openapi /API/; } }"),
     '"helpdesk_openapi" is not allowed where another directive answers already'),
    ("server { listen 127.0.0.1:%%PORT%%; location = /h { helpdesk_health; } }", '"helpdesk_health" needs a "helpdesk_database" block'),
    ("server { listen 127.0.0.1:%%PORT%%; location = /a { helpdesk_auth; } }", '"helpdesk_auth" needs a "helpdesk_database" block'),
    (config("server { location = /a { helpdesk_auth; } }", pools=""), '"helpdesk_auth" needs "helpdesk_hash_thread_pool"'),
    (config("server { location = /a { helpdesk_auth 'a\"b'; } }"), '"helpdesk_auth" must be of ASCII characters without " and'),
    (config("server { location = /a { helpdesk_auth; helpdesk_auth; } }"), '"helpdesk_auth" is duplicate'),
    (config("server { location = /a { helpdesk_auth; helpdesk_health; } }"),
     '"helpdesk_health" is not allowed where another directive answers already'),
    (config("helpdesk_auth_cache 0;"), '"helpdesk_auth_cache" must be "off" or a time from 1s to 1h in whole seconds, not "0"'),
    (config("helpdesk_auth_cache 2h;"), '"helpdesk_auth_cache" must be "off" or a time from 1s to 1h in whole seconds, not "2h"'),
    (config("helpdesk_auth_cache off; helpdesk_auth_cache off;"), '"helpdesk_auth_cache" is duplicate'),
    (config("helpdesk_status json;"), '"helpdesk_status" directive is not allowed here'),
    (config("helpdesk_api;"), '"helpdesk_api" directive is not allowed here'),
])
def test_a_mistake_is_one_clear_line(nginx, password_files, bad, message):
    passed, output = nginx.test(bad)
    assert not passed
    lines = [line for line in output.splitlines() if "[emerg]" in line]
    assert len(lines) == 1, output
    assert message in lines[0]
    assert "test.conf:" in lines[0]


def check_example(nginx, name, *own):
    """Tests an example as it is, but for the paths that each host has its own of; returns its text."""
    text = (ROOT / "conf" / name).read_text()
    for pattern, ours in ((r"load_module .*;", f"load_module {MODULE};"), (r"password_file [^;]*;", f"password_file {nginx.folder}/password;"),
                          (r"http \{", "http { access_log off; " + nginx.temp_paths()), *own):
        text, count = re.subn(pattern, ours, text)
        assert count, pattern
    path = nginx.folder / "example.conf"
    path.write_text(f"pid {nginx.folder}/example.pid;\n" + text)
    passed, output = nginx.check(path)
    assert passed, output
    return text


def test_the_example_is_good(nginx):
    text = check_example(nginx, "helpdesk.conf.example", (r"listen 443 ssl;", f"listen 127.0.0.1:{nginx.port};"), (r"ssl_certificate.*;", ""),
                         (r"/var/log/nginx|/var/cache/nginx|/run/(?=nginx-)", f"{nginx.folder}/"))
    directives = {name for name in re.findall(r"^ +#? ?(helpdesk_\w+|[a-z_]+)", text, re.M)}
    for name in re.findall(r'"(helpdesk_\w+)"', (ROOT / "module/directives.cpp").read_text()):
        assert name in directives, f"the example does not show {name}"


def test_the_short_example_is_good_and_short(nginx):
    text = check_example(nginx, "short.conf.example", (r"listen 127.0.0.1:80;", f"listen 127.0.0.1:{nginx.port};"))
    lines = [line for line in text.splitlines() if re.match(r" *[a-z]", line)]
    assert len(lines) - 1 <= 10  # without the test's own


def test_directives_inherit(nginx, mariadb, key, db):
    nginx.start("""
        %%DEFAULTS%%
        helpdesk_format url;
        server {
            listen 127.0.0.1:%%PORT%%;
            helpdesk_error_status legacy;
            location / { helpdesk_api; }
            location /json/ { helpdesk_api; helpdesk_format json; helpdesk_error_status standard;
                location /json/nested/ { helpdesk_api; helpdesk_format_variable output; } }
            location /own_key/ { helpdesk_api; helpdesk_key other { sha256 %%KEY_HASH%%; } }
            location /no_key_of_ours/ { helpdesk_api; helpdesk_key other {
                sha256 0000000000000000000000000000000000000000000000000000000000000000; } }
        }
    """)
    api = Api(nginx.port, key)

    def call(path):
        answer = api.get("update_customer", cid="nobody", format=None, path=path)
        return answer.status, answer.text[0]

    assert call("/") == (200, "e")
    assert call("/json/") == (404, "{")
    assert call("/json/nested/") == (404, "{")
    assert call("/own_key/") == (200, "e")
    assert "wrong_key" in api.get("update_customer", cid="x", path="/no_key_of_ours/").text
