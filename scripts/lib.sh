# shellcheck shell=bash disable=SC2034
# What the scripts share. Sourced, not run.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

build_packages=(
    ca-certificates cmake curl g++ libcrypt-dev libcsv-dev libgtest-dev libjansson-dev libmysqlcppconn-dev libpcre2-dev libssl-dev
    libutf8proc-dev libxml2-dev mariadb-client-core mariadb-server-core make ninja-build nginx nginx-dev openssl pkg-config zlib1g-dev
)
test_packages=(
    chromium chromium-driver galera-4 mariadb-client nghttp2-client prometheus python3 python3-bcrypt python3-jsonschema
    python3-lxml python3-passlib python3-pymysql python3-pytest python3-requests python3-selenium tzdata valgrind wamerican wrk
)
fuzz_packages=(clang libclang-rt-14-dev)
bench_packages=(git php-fpm php-mbstring php-mysql)
check_packages=(clang-format clang-tidy cppcheck git shellcheck)
package_packages=(debhelper dpkg-dev git lintian pandoc)

# nginx and mariadbd stand here, which is not on every user's path.
PATH=$PATH:/usr/sbin:/sbin

# Installs those of the Debian packages that are missing, and starts none of their services.
install_packages() {
    local package missing=()
    for package in "$@"; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    if [ "$(id -u)" -ne 0 ]; then
        echo "These Debian packages are missing; install them as root: ${missing[*]}" >&2
        return 1
    fi
    echo "Installing ${missing[*]}"
    local policy=/usr/sbin/policy-rc.d made=
    if [ ! -e $policy ]; then
        printf '#!/bin/sh\nexit 101\n' >$policy
        chmod +x $policy
        made=yes
    fi
    local status=0
    { apt-get -qq update &&
        DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "${missing[@]}"; } >/dev/null || status=$?
    [ -z "$made" ] || rm -f $policy
    return $status
}

# Debian's, unless another Node.js is there.
install_node() {
    command -v node >/dev/null || install_packages nodejs
    command -v npm >/dev/null || install_packages npm
}

# copy_source FOLDER: our own files, as they are now, without what was built.
copy_source() {
    mkdir -p "$1"
    (cd "$root" && git ls-files -z --cached --others --exclude-standard | tar --create --null --files-from=-) |
        tar --extract --directory="$1"
}

# configure FOLDER [options of cmake …]
configure() {
    local folder=$1
    shift
    cmake -S "$root" -B "$folder" -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo "$@" >/dev/null
}

# build FOLDER [options of cmake …]
build() {
    configure "$@"
    ninja -C "$1" --quiet
}

# The fuzz targets have a build of their own.
configure_fuzz() { configure "$root/build/fuzz" -DHELPDESK_FUZZ=ON -DCMAKE_CXX_COMPILER=clang++; }
build_fuzz() {
    configure_fuzz
    ninja -C "$root/build/fuzz" --quiet
}
