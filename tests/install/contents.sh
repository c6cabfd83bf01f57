#!/usr/bin/env bash
# Looks into the packages: whether they hold what they should, and call it as it is called where they are installed.
#
#   contents.sh FOLDER    where scripts/package has put the packages of this source
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
there=$(mktemp -d)
trap 'rm -rf "$there"' EXIT
for package in "$1"/{libnginx-mod-http-helpdesk,helpdesk-sql}_*.deb; do
    dpkg-deb --extract "$package" "$there"
done
doc=$there/usr/share/doc/libnginx-mod-http-helpdesk

fail() {
    echo "contents: $*" >&2
    exit 1
}

[ -e "$there/usr/lib/nginx/modules/ngx_http_helpdesk_module.so" ] || fail "the module is missing"
diff -r "$root/sql" "$there/usr/share/helpdesk/sql" || fail "not the migrations of the source"
for page in "$root"/manual/*.md; do
    # Where a link leads is looked at below.
    diff <(sed 's|](\.\./conf/|](examples/|g' "$page") "$doc/$(basename "$page")" || fail "not the source's page"
done
grep -q '^- .add_customer.: ' "$doc/actions.md" || fail "actions.md has no reference of the actions"
grep -q '| .missing_key. |' "$doc/errors.md" || fail "errors.md has no table of errors"

# Every link within the manual leads to a file.
for page in "$doc"/*.md; do
    while read -r link; do
        [ -e "$doc/${link%%#*}" ] || fail "$(basename "$page") has a link to $link"
    done < <(grep -oP '\]\(\K(?!https?:|#)[^)]+' "$page" || true)
done

for command in bin/helpdesk-import sbin/helpdesk-migrate sbin/helpdesk-new-key; do
    name=${command#*/}
    usage=$("$there/usr/$command" 2>&1) && fail "$name without arguments succeeds"
    grep -qE "^(usage:)? +$name " <<<"$usage" || fail "$name calls itself something else: $usage"
    compgen -G "$there/usr/share/man/man?/$name.?.gz" >/dev/null || fail "$name has no page for man"
done

# The installation has no commands in bin/ but those of the clone that install.md builds, or a line says so.
if grep -rnE '\bbin/(migrate|new-key|helpdesk[-_]import)' "$doc" "$there/usr/share/helpdesk/sql" --exclude='*.gz' --exclude=install.md |
    grep -v 'in a clone'; then
    fail "these lines have names that the packages do not"
fi
# The comments of session.list are in the module too.
if strings "$there/usr/lib/nginx/modules/ngx_http_helpdesk_module.so" | grep -v '^#' | grep -E '\b(bin|manual|scripts)/[a-z]'; then
    fail "the module has texts with names that the packages do not"
fi
