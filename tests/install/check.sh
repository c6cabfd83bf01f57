#!/usr/bin/env bash
# What there must be when somebody has followed the manual's install page. Run where that was done, with the
# page's script as argument.
set -euo pipefail

# expect WHAT PATTERN: the pattern, an extended regular expression, in standard input.
expect() {
    grep -E "$2" >/dev/null || {
        echo "check: $1: no $2" >&2
        exit 1
    }
}

mariadb --skip-column-names helpdesk -e "SELECT cid, LEFT(password_hash, 2) FROM customers" | expect "the customer" '^demo.[$]2'
printf 'cid,contact\nimported,Jane\n' >customers.csv
HELPDESK_KEY=$(sed -n 's/^    \([0-9a-f]\{48\}\)$/\1/p' shop.key) \
    helpdesk-import customers.csv --resource customers --url http://127.0.0.1/API/default.aspx | expect helpdesk-import '1 rows .* 1 added'
get() { curl --silent --show-error --fail "http://127.0.0.1$1"; }
get /status.json | expect /status.json '"add_customer"'
get /metrics | expect /metrics 'helpdesk_requests_total\{action="add_customer",key="shop",outcome="ok"\} 1'
# The dashboard and whatever else the page looks at beside the API.
grep -oE 'http://127\.0\.0\.1/[a-z._-]+\b' "$1" | cut -d/ -f4 | sort -u | while read -r path; do
    get "/$path" | expect "/$path" .
done

# The module leaves as it came.
apt-get -qq purge -y libnginx-mod-http-helpdesk >/dev/null
for left in /etc/nginx/modules-enabled/*-mod-http-helpdesk* /usr/lib/nginx/modules/ngx_http_helpdesk*; do
    if [ -e "$left" ] || [ -L "$left" ]; then
        echo "check: the package left $left" >&2
        exit 1
    fi
done
