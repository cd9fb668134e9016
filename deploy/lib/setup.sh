# What deploy/demo and deploy/test share: looking for what they need, and building only what changed. Sourced, with the repository's root as current folder.
# shellcheck shell=bash

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1

missing=()

say() { printf '%s\n' "$*" >&2; }

# Adds to the list of what is missing; stop_if_missing shows it whole.
lacks() { missing+=("$1"); }

stop_if_missing() {
    [[ ${#missing[@]} -gt 0 ]] || return 0
    say "${0##*/} can't start:"
    printf '  - %s\n' "${missing[@]}" >&2
    exit 1
}

check_sdk() {
    local found
    if ! command -v dotnet >/dev/null; then
        lacks ".NET SDK 10.0 is missing. Get it from https://dotnet.microsoft.com/download/dotnet/10.0"
    elif ! dotnet --version >/dev/null 2>&1; then
        found=$(dotnet --list-sdks 2>/dev/null | cut -d' ' -f1 | paste -sd' ' -)
        lacks ".NET SDK 10.0 is missing (there is: ${found:-no SDK}). Get it from https://dotnet.microsoft.com/download/dotnet/10.0"
    fi
}

# Vite's own demand: ^20.19 or >= 22.12.
check_node() {
    local version major minor
    if ! command -v node >/dev/null; then
        lacks "Node.js is missing: 20.19 or later in 20, or 22.12 or later. Get it from https://nodejs.org/en/download"
        return
    fi
    version=$(node --version)
    IFS=. read -r major minor _ <<<"${version#v}"
    if ! ((major == 20 && minor >= 19 || major == 22 && minor >= 12 || major > 22)); then
        lacks "Node.js is $version: 20.19 or later in 20, or 22.12 or later, is needed. Get it from https://nodejs.org/en/download"
    fi
    command -v npm >/dev/null || lacks "npm is missing. It comes with Node.js; on Debian: apt-get install npm"
}

port_is_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

check_port() {
    local who=""
    port_is_taken "$1" || return 0
    if command -v ss >/dev/null; then who=$(ss -Hltnp "sport = :$1" 2>/dev/null | sed -n 's/.*users:(("\([^"]*\)",pid=\([0-9]*\).*/ by \1, process \2/p' | head -n1); fi
    lacks "Port $1 is taken$who. Stop that, or choose another: ${0##*/} --port $(($1 + 1))"
}

# One hash over the content of all files below the paths given, but for what builds leave there.
digest() {
    find "$@" \( -name bin -o -name obj -o -name node_modules -o -name dist -o -name artifacts \) -prune -o -type f ! -name '*.tsbuildinfo' -print0 |
        LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1
}

# up_to_date NAME RESULT PATH...: whether RESULT is there and was made from what is below the paths now.
up_to_date() {
    local name=$1 result=$2
    shift 2
    stamp=$(digest "$@")
    [[ -e $result && -f artifacts/stamps/$name && $(<"artifacts/stamps/$name") == "$stamp" ]]
}

# To be called after a build that up_to_date asked for.
remember() {
    mkdir -p artifacts/stamps
    printf '%s\n' "$stamp" >"artifacts/stamps/$1"
}

# quietly LOG COMMAND...: shows the command's output only if it fails.
quietly() {
    local log=$1
    shift
    mkdir -p "$(dirname "$log")"
    if ! "$@" >"$log" 2>&1 </dev/null; then
        cat "$log" >&2
        say "failed: $*"
        return 1
    fi
}

map_sources=(clients/rider-client clients/rider-map)
demo_sources=(global.json Directory.Build.props Directory.Packages.props .editorconfig services clients/RideTracker.Client clients/RideTracker.Fleet docs/asyncapi.yaml docs/wire-schemas.json)
demo_dll=services/RideTracker.Demo/bin/Release/net10.0/RideTracker.Demo.dll
map_dist=clients/rider-map/dist

# npm ci is what takes long: only when the packages changed.
install_npm() {
    local folder=$1 name=packages-${1//\//-} began=$SECONDS
    if up_to_date "$name" "$folder/node_modules" "$folder"/package{,-lock}.json; then return; fi
    say "installing the npm packages of $folder ..."
    quietly "artifacts/logs/$name.log" npm --prefix "$folder" ci --no-audit --no-fund
    remember "$name"
    say "installed them in $((SECONDS - began)) s"
}

build_map() {
    if up_to_date map $map_dist/index.html "${map_sources[@]}"; then return; fi
    local began=$SECONDS made_from=$stamp
    install_npm clients/rider-map
    say "building the web map ..."
    quietly artifacts/logs/map-build.log npm --prefix clients/rider-map run build
    stamp=$made_from
    remember map
    say "built the web map in $((SECONDS - began)) s"
}

build_demo() {
    if up_to_date demo $demo_dll "${demo_sources[@]}"; then return; fi
    local began=$SECONDS
    say "building the demo ..."
    quietly artifacts/logs/demo-build.log dotnet build services/RideTracker.Demo -c Release -nodeReuse:false
    remember demo
    say "built the demo in $((SECONDS - began)) s"
}
