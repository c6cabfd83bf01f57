"""The manual says what is so: its configuration passes `nginx -t`, its lists are the module's, its commands do what they say.

A block of configuration has its context after its language: ```nginx main, ```nginx http or ```nginx server. It is tested as
it stands, in a configuration that has what such a block relies on, but for `…`, which stands for a SHA-256, and for paths.
"""

import collections
import concurrent.futures
import hashlib
import itertools
import json
import os
import re
import shutil
import subprocess

import pytest

from api import Api, secret_in
from servers import MODULE, MYSQLD, ROOT, SANITIZE, wait_for

pytestmark = pytest.mark.skipif(SANITIZE, reason="a test of the manual: what it calls has tests of its own")

PAGES = [ROOT / "README.md", *sorted((ROOT / "manual").glob("*.md"))]
Block = collections.namedtuple("Block", "page line language context text")


def blocks(page, language):
    """The page's blocks between ``` of that language."""
    text = page.read_text()
    for match in re.finditer(r"^```(\w+) ?(\w*)\n(.*?)^```$", text, re.M | re.S):
        if match[1] == language:
            yield Block(page, text[:match.start()].count("\n") + 1, *match.groups())


def only(page, language, containing):
    (block,) = [block for block in blocks(ROOT / "manual" / page, language) if containing in block.text]
    return block.text


# configuration

SNIPPETS = [block for page in PAGES for block in blocks(page, "nginx")]
SHA256 = "5e" * 32
POOLS = ("helpdesk_thread_pool", "helpdesk_hash_thread_pool")  # each of these directives has one of its own name
# What the blocks of a context rely on, by the directive of theirs that takes its place.
NEEDED = {
    "main": {"load_module": f"load_module {MODULE};",
             "thread_pool": "".join(f"thread_pool {name} threads=1;" for name in ("helpdesk", "helpdesk_hash", "helpdesk_sign_in", "helpdesk_partners", *POOLS))},
    "http": {"helpdesk_database": "helpdesk_database { socket /nonexistent; user u; name n; }",
             "helpdesk_key": f"helpdesk_key key {{ sha256 {'0' * 64}; }}",
             "helpdesk_thread_pool": "helpdesk_thread_pool helpdesk;",
             "helpdesk_hash_thread_pool": "helpdesk_hash_thread_pool helpdesk_hash;",
             r"map \$binary_remote_addr": "map $binary_remote_addr $helpdesk_network { default $binary_remote_addr; }",
             r"limit_req_zone \S+ zone=helpdesk_guesse\S+": "".join(f"limit_req_zone $remote_user zone=helpdesk_{name}:1m rate=1r/s;"
                                                                   for name in ("guesses", "guessed")),
             "log_format": "log_format helpdesk $status;"},
}


def completed(context, text):
    return "\n".join(line for name, line in NEEDED[context].items() if not re.search(rf"^{name} ", text, re.M)) + "\n" + text


def local(nginx, text):
    """The same with what is this host's own."""
    for pattern, ours in ((r"sha256 …;", f"sha256 {SHA256};"), (r"modules/ngx_http_helpdesk_module.so", str(MODULE)),
                          (r"/etc/nginx/helpdesk_db_password", f"{nginx.folder}/password"), (r"/etc/ssl/certs/\S+\.pem", f"{nginx.folder}/cert.pem"),
                          (r"/etc/ssl/private/\S+\.key", f"{nginx.folder}/key.pem"), (r"/var/log/nginx", str(nginx.folder)),
                          (r"/run/mysqld/mysqld.sock", str(nginx.mariadb.socket)), (r"\blisten \d+", f"listen 127.0.0.1:{nginx.port}")):
        text = re.sub(pattern, ours, text)
    return text


def check(nginx, context, text):
    """`nginx -t` of the text in that context, with an API that inherits what it sets: whether it passed, and what it printed."""
    main, http, server = (local(nginx, text) if context == each else "" for each in ("main", "http", "server"))
    api = f"server {{ listen unix:{nginx.folder}/other.sock; location / {{ helpdesk_api; }} }}"
    path = nginx.folder / "snippet.conf"
    path.write_text(f"pid {nginx.folder}/snippet.pid;\n{completed('main', main)}\nevents {{ }}\n"
                    f"http {{\naccess_log off; {nginx.temp_paths()}\n{completed('http', http)}\n{api}\n"
                    f"server {{\nlisten 127.0.0.1:{nginx.port};\n{server}\n}}\n}}\n")
    return nginx.check(path)


@pytest.fixture(scope="module", autouse=True)
def certificate(nginx):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=support.example.com",
                    "-keyout", nginx.folder / "key.pem", "-out", nginx.folder / "cert.pem"], check=True, capture_output=True)


@pytest.mark.parametrize("snippet", SNIPPETS, ids=lambda block: f"{block.page.name}:{block.line}")
def test_configuration(nginx, snippet):
    passed, output = check(nginx, snippet.context, snippet.text)
    assert passed, output


def test_no_configuration_stands_elsewhere():
    """Where it would not be tested."""
    for page in PAGES:
        rest = re.sub(r"^```nginx .*?^```$", "", page.read_text(), flags=re.M | re.S)
        assert re.findall(r"^ *helpdesk_\w+ .*[;{]$", rest, re.M) == [], page.name


def test_a_location_whatever_the_case(own_nginx, db, key):
    """As IIS had it."""
    own_nginx.start("%%DEFAULTS%% server { listen 127.0.0.1:%%PORT%%;\n" + only("move.md", "nginx", "~*") + "}")
    api = Api(own_nginx.port, key)
    for path in ("/API/default.aspx", "/api/Default.aspx", "/ReadyDesk/Api/DEFAULT.ASPX", "/readydesk/API/"):
        assert api.get("get_customers", path=path, cid="*").records == [], path
    assert api.get("get_customers", path="/other/API/default.aspx", cid="*").status == 404


def test_a_key_that_is_not_trusted(own_nginx, db, mariadb, key):
    """It has as many calls as it may, and no other location; and its lists end."""
    (pool,) = re.findall(r"`(thread_pool\s+helpdesk_partners [^`]*)`", (ROOT / "manual/rate-limit.md").read_text())
    http = local(own_nginx, only("rate-limit.md", "nginx", "location /partners/")).replace(SHA256, hashlib.sha256(b"the-key-of-partner").hexdigest())
    own_nginx.workers = 1
    own_nginx.start("%%DEFAULTS%% " + http.replace("listen", "location / { helpdesk_api; } listen"), main=pool)
    api, partner = Api(own_nginx.port, key), Api(own_nginx.port, "the-key-of-partner")
    assert (partner.get("get_customers", path="/", cid="*").status, api.get("get_customers", path="/partners/", cid="*").status) == (401, 401)

    def begin(pool):
        return pool.submit(Api(partner.port, partner.key).get, "get_customers", path="/partners/", cid="*", order="notes")

    with concurrent.futures.ThreadPoolExecutor(3) as pool, mariadb.connect() as holder, holder.cursor() as cursor:
        cursor.execute("LOCK TABLES customers WRITE")
        calls = [begin(pool) for _ in range(3)]
        assert sorted(call.result().status for call in calls) == [429, 504, 504]
        assert api.get("get_portals", path="/", id="1").status == 200


# the reference of directives

REFERENCE = (ROOT / "manual/directives.md").read_text()
# Each entry's text by its name; parameters by that of their block, too.
DIRECTIVES, PARAMETERS = {}, {}
for directive in re.split(r"^### ", REFERENCE, flags=re.M)[1:]:
    directive, *parameters = re.split(r"^#### ", re.split(r"^## ", directive, flags=re.M)[0], flags=re.M)
    name = directive.split()[0]
    DIRECTIVES[name] = directive
    PARAMETERS |= {(name, parameter.split()[0]): parameter for parameter in parameters}

SAMPLES = {"NAME": "word", "DATABASE": "name", "N": "12", "SIZE": "64m", "TIME": "5s", "HEX": SHA256,
           "ADDRESS": "192.0.2.1", "REALM": "Portal", "ACTION": "get_customers", "DAY": "2039-12-31"}
BODIES = {"helpdesk_database": {"socket": "socket /nonexistent;", "user": "user u;", "name": "name n;"},
          "helpdesk_key": {"sha256": f"sha256 {SHA256};"}}
# What a parameter stands beside in place of `socket`.
BESIDE = {"server": "server 192.0.2.2;", "host": "", "port": "host h;"}


def said(entry, name):
    """The line `- Name: …` of an entry."""
    return re.search(rf"^- {name}: (.*)$", entry, re.M)[1]


def forms(entry, nginx, body=""):
    """Every way to write it that its syntax and its default show, with values."""
    samples = SAMPLES | {"POOL": entry.split()[0], "PATH": f"{nginx.folder}/password"}
    written = []
    for syntax in re.findall("`([^`]*)`", said(entry, "Syntax")):
        words = [["", *word.strip("[]").split("|")] if word.startswith("[") else word.split("|")
                 for word in syntax.rstrip(";").removesuffix("{ … }").split() if word != "…"]
        written += [" ".join(form) + (f" {{ {body} }}" if body else ";") for form in itertools.product(*words)]
    default = re.fullmatch("`(.*)`", said(entry, "Default"))
    return [re.sub(r"\b[A-Z]+\b", lambda name: samples[name[0]], form) for form in written] + ([default[1]] if default else [])


def directive_forms(name, nginx):
    return forms(DIRECTIVES[name], nginx, " ".join(BODIES.get(name, {}).values()))


def contexts(name):
    return re.findall(r"`(\w+)`", said(DIRECTIVES[name], "Context"))


def location(number, text):
    return f"location /{number}/ {{ {text} }}\n"


Row = collections.namedtuple("Row", "name place setting arguments")


def rows(table):
    """Each row of a file of module/ whose rows make directives, or parameters of a block."""
    return [Row(*row) for row in re.findall(r'^    \{"(\w+)", +([\w| ]+?), +(\w+)<(.*)>(?:, true)?\},$', (ROOT / "module" / table).read_text(), re.M)]


ROWS = {row.name: row for row in rows("directives.cpp")}
PARAMETER_ROWS = {(f"helpdesk_{block}", row.name): row for block in ("database", "key") for row in rows(f"{block}_block.cpp")}


def words(name):
    """The words of a row, each by the value that it stands for."""
    sources = "".join(path.read_text() for path in (ROOT / "module").glob("*.cpp"))
    (table,) = set(re.findall(rf"constexpr Word<\w+> {name}\[\] = \{{(.*?)\}};", sources, re.S))
    return {value: word for word, value in re.findall(r'\{"(\w+)", ([\w:]+)\}', table)}


def initial(member):
    """What a member holds unless it is set: its initializer, with the value of a constant in its place."""
    headers = "".join(path.read_text() for path in [*(ROOT / "core").rglob("*.h"), *(ROOT / "module").glob("*.hpp")])
    owner, name = re.fullmatch(r"&(\w+)::(\w+)", member).groups()
    (body,) = re.findall(rf"^struct {owner} \{{\n(.*?)^\}};", headers, re.M | re.S)
    (value,) = re.findall(rf"\b{name}(?: = |\{{)([\w:]+)", body)
    constant = re.search(rf"constexpr int {value} = (\d+);", headers)
    return constant[1] if constant else value


def default(row):
    """As the manual has it, for a row that says all about its value."""
    member, *_ = re.findall(r"&\w+::\w+", row.arguments)
    value = initial(member)
    if row.setting == "word":
        value = words(row.arguments.split(", ")[0])[value]
    return f"`{row.name} {value}{'s' if row.setting == 'seconds' else ''};`"


def test_every_directive_is_documented():
    assert sorted(DIRECTIVES) == sorted(ROWS) == sorted(
        re.findall(r'^ *\{"(helpdesk_\w+)"', (ROOT / "module/directives.cpp").read_text(), re.M))


def test_every_parameter_is_documented():
    assert sorted(PARAMETERS) == sorted(PARAMETER_ROWS)


def test_the_contexts_are_those_of_the_rows():
    written = {"here": ["location"], "everywhere": ["http", "server", "location"]}
    assert {name: contexts(name) for name in DIRECTIVES} == {name: written[row.place.split(" | ")[0]] for name, row in ROWS.items()}


def test_the_defaults_are_those_of_the_rows():
    entries, all_rows = {**DIRECTIVES, **PARAMETERS}, {**ROWS, **PARAMETER_ROWS}
    compared = {name: default(row) for name, row in all_rows.items() if row.setting in ("number", "seconds", "word")}
    del compared["helpdesk_database", "connections"]  # depends on the number of workers
    assert len(compared) >= 13
    assert {name: said(entries[name], "Default") for name in compared} == compared


def test_a_directive_is_one_row():
    """A new one touches one file of the module: no other has its name or its member, unless something there goes by the value."""
    sources = {path.name: path.read_text() for path in (ROOT / "module").glob("*.?pp")}
    complete = [row for row in ROWS.values() if row.setting in ("number", "seconds", "word")]
    assert len(complete) >= 7
    for row in complete:
        for text in (row.name, *re.findall(r"::(\w+)", row.arguments)):
            assert [name for name, source in sources.items() if re.search(rf"\b{text}\b", source)] == ["directives.cpp"], text


def test_every_variable_is_documented():
    documented = re.findall(r"^\| `\$(helpdesk_\w+)` \|", REFERENCE, re.M)
    assert sorted(documented) == sorted(re.findall(r'Variable\{"(\w+)"', (ROOT / "module/variables.cpp").read_text()))


def test_directives_are_taken_as_documented(nginx):
    """In each of their contexts, in each form."""
    config = "".join(directive_forms(name, nginx)[0] + "\n" for name in DIRECTIVES if "http" in contexts(name))
    for name in DIRECTIVES:
        for form in directive_forms(name, nginx):
            if "server" in contexts(name):
                config += f"server {{ listen unix:{nginx.folder}/other.sock; {form} }}\n"
    everywhere = [form for name in DIRECTIVES if "location" in contexts(name) for form in directive_forms(name, nginx)]
    config += "server {\n" + "".join(itertools.starmap(location, enumerate(everywhere))) + "}\n"
    passed, output = check(nginx, "http", config)
    assert passed, output


def test_directives_are_refused_where_they_are_not_documented(nginx):
    for name in DIRECTIVES:
        for context in {"http", "server"} - set(contexts(name)):
            passed, output = check(nginx, context, directive_forms(name, nginx)[0])
            assert not passed and f'"{name}" directive is not allowed here' in output


def test_parameters_are_taken_as_documented(nginx):
    config = ""
    for number, ((directive, name), entry) in enumerate(PARAMETERS.items()):
        body = {key: text for key, text in BODIES[directive].items() if key != name}
        if name in BESIDE:
            body["socket"] = BESIDE[name]
        if name == "tls_ca":
            body["tls"] = "tls on;"
        head = "helpdesk_key k" if directive == "helpdesk_key" else directive
        for form in forms(entry, nginx):
            config += location(f"{number}/{len(config)}", f"{head} {{ {' '.join(body.values())} {form} }}")
    passed, output = check(nginx, "server", config)
    assert passed, output


# monitoring


def metrics():
    source = (ROOT / "core/metrics.h").read_text()
    return {name: re.findall(r"\w+", labels) for name, labels in re.findall(r'"(helpdesk_\w+)",\s*MetricKind::\w+,\s*\{([^}]*)\}', source)}


def test_every_metric_is_documented():
    rows = re.findall(r"^\| `(helpdesk_\w+)` \|(.*?)\|", (ROOT / "manual/monitor.md").read_text(), re.M)
    assert {name: re.findall(r"\w+", labels) for name, labels in rows} == metrics()


@pytest.mark.parametrize("kind", ["config", "rules"])
def test_prometheus_takes_its_files(kind, tmp_path):
    (block,) = [block for block in blocks(ROOT / "manual/monitor.md", "yaml") if block.context == kind]
    (tmp_path / "file.yml").write_text(block.text)
    result = subprocess.run(["promtool", "check", kind, tmp_path / "file.yml"], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    used = {re.sub("_bucket$", "", name) for name in re.findall(r"\bhelpdesk_\w+", block.text)}
    assert used <= set(metrics())


def test_the_log_in_json(own_nginx, db, key):
    block = only("monitor.md", "nginx", "escape=json")
    # Who signs in does so elsewhere.
    assert set(re.findall(r"\$(helpdesk_\w+)", block)) == set(re.findall(r"\$(helpdesk_\w+)` \|", REFERENCE)) - {"helpdesk_customer", "helpdesk_technician"}
    own_nginx.start(own_nginx.expand("%%DEFAULTS%%") + local(own_nginx, block))
    api = Api(own_nginx.port, key)
    answers = [api.get("add_customer", cid='quote " backslash \\ é', **{"pass": "a-password"}), api.get("get_customers", cid="*"),
               api.get("add_customer", key="another-key", cid="\x01"), api.request("PUT")]
    assert [answer.status for answer in answers] == [200, 200, 401, 405]
    wait_for(lambda: own_nginx.log("helpdesk.json").count("\n") == len(answers), "the log")
    assert secret_in(own_nginx.log("helpdesk.json")) is None
    lines = {line["id"]: line for line in map(json.loads, own_nginx.log("helpdesk.json").splitlines())}
    added, listed, refused, put = (lines[answer.headers["X-Request-ID"]] for answer in answers)
    assert (added["status"], added["key"], added["action"], added["outcome"], added["error"], added["rows"]) == (
        200, "test", "add_customer", "ok", "", "1")
    assert float(added["hash_seconds"]) > 0 and float(added["database_seconds"]) > 0 and float(added["queue_seconds"]) > 0
    assert (listed["rows"], refused["error"], put["error"]) == ("1", "wrong_key", "method_not_allowed")


# commands


def run(nginx, command, **environment):
    """As the operator would, with clients that find the test's server, and the commands of the packages."""
    home = nginx.folder / "home"
    if not home.exists():
        home.mkdir()
        (home / ".my.cnf").write_text(f"[client]\nsocket={nginx.mariadb.socket}\nuser=root\n")
        (home / "helpdesk-migrate").symlink_to(ROOT / "bin/migrate")
    environment = {**os.environ, "HOME": str(home), "PATH": f"{home}:{os.environ['PATH']}", "HELPDESK_SQL": str(ROOT / "sql"), **environment}
    result = subprocess.run(["bash", "-euo", "pipefail", "-c", command], cwd=home, env=environment, capture_output=True, text=True)
    assert result.returncode == 0, f"{command}{result.stderr}"
    return result.stdout


def commands(page):
    return [block.text for block in blocks(ROOT / "manual" / page, "sh")]


def test_tune_tells_the_time_of_a_password(own_nginx, db, key):
    own_nginx.start("server { listen 127.0.0.1:%%PORT%%; %%DEFAULTS%% location / { helpdesk_api; } "
                    "location = /metrics { helpdesk_status prometheus; } }")
    api = Api(own_nginx.port, key)
    assert api.add("x", **{"pass": "a-password"}).status == 200
    (command,) = commands("tune.md")
    seconds, unit = run(own_nginx, command.replace("http://127.0.0.1", api.base)).split()
    assert float(seconds) > 0 and unit == "s"


mariadb_alone = pytest.mark.skipif(MYSQLD is not None, reason="the page is for MariaDB's client")


@mariadb_alone
def test_back_up_and_restore(own_nginx, db, key):
    restored = only("backup.md", "nginx", "helpdesk_restored")
    stopped = only("backup.md", "nginx", "return 503")
    own_nginx.start("%%DEFAULTS%% server { listen 127.0.0.1:%%PORT%%; location / { helpdesk_api; }\n" + stopped +
                    "location /restored/ { helpdesk_api;\n" + local(own_nginx, restored) + "} }")
    api = Api(own_nginx.port, key)

    def customers(path):
        return api.get("get_customers", path=path, cid="*").text

    assert api.get("add_customer", path="/", cid="é 😀 '\"", notes="line\r\nline\\n\t", phone2="1,2", contracts="3,1", latitude="1.5",
                   longitude="-2", company="Acme", **{"pass": "a-password"}).status == 200
    assert api.get("add_customer", path="/", cid="lost").status == 200
    before = customers("/")
    back_up, *restore = commands("backup.md")
    run(own_nginx, back_up)
    assert api.get("delete_customer", path="/", cid="lost").status == 200
    for command in restore:
        run(own_nginx, command)
    assert customers("/restored/") == before != customers("/")
    assert api.get("verify_customer", path="/restored/", cid="é 😀 '\"", **{"pass": "a-password"}).json[0]["verified_customer"] == "Y"
    answer = api.get("get_customers", path="/API/default.aspx", cid="*")
    assert (answer.status, "Retry-After" in answer.headers) == (503, True)


@mariadb_alone
def test_upgrade_and_go_back(nginx, mariadb, tmp_path):
    def versions(database):
        with mariadb.connect(database) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT version FROM schema_migrations ORDER BY version")
            return [row["version"] for row in cursor.fetchall()]

    every = versions("helpdesk")
    mariadb.execute("DROP DATABASE helpdesk")
    mariadb.execute("CREATE DATABASE helpdesk")
    for path in sorted((ROOT / "sql").glob("*.sql"))[:-1]:
        shutil.copy(path, tmp_path)
    run(nginx, "helpdesk-migrate helpdesk", HELPDESK_SQL=str(tmp_path))
    for command in commands("upgrade.md"):
        run(nginx, command)
    assert (versions("helpdesk"), versions("helpdesk_before")) == (every, every[:-1])


# links


def test_links_lead_somewhere():
    """In each page of the project."""
    def anchors(page):
        titles = re.findall(r"^#+ (.*)$", re.sub(r"^```.*?^```$", "", page.read_text(), flags=re.M | re.S), re.M)
        return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}

    pages = [page for page in ROOT.rglob("*.md") if not {"build", "node_modules"} & set(page.relative_to(ROOT).parts)]
    assert set(PAGES) < set(pages)
    dead = []
    for page in pages:
        for file, anchor in re.findall(r"\]\(([^)#:]*)(?:#([^)]*))?\)", page.read_text()):
            target = (page.parent / file).resolve() if file else page
            if not target.exists() or (anchor and anchor not in anchors(target)):
                dead.append(f"{page.relative_to(ROOT)}: {file}#{anchor}")
    assert dead == []


def test_the_readme_is_short():
    assert len((ROOT / "README.md").read_text().splitlines()) <= 120
