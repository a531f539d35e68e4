#!/usr/bin/env bash
# Rewrite locks/*.txt from setup.cfg, and tests/clients/js/package-lock.json from the package.json
# beside it. Needs uv, npm, python3 and the network.
#   locks/update.sh                            follow setup.cfg, keep every pin that still fits
#   locks/update.sh --upgrade                  newest versions of everything
#   locks/update.sh --upgrade-package mlx-lm   newest version of one package
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# requirements EXTRA... - the named extras of setup.cfg, one requirement a line; "runtime" is
# install_requires. Read here, not by uv: setuptools cannot give an extra without the rest.
requirements() {
  python3 - "$@" <<'PYTHON'
import configparser
import sys

config = configparser.ConfigParser(interpolation=None)
config.read("setup.cfg")
extras = dict(config["options.extras_require"], runtime=config["options"]["install_requires"])
for extra in sys.argv[1:]:
    print(extras[extra].strip())
PYTHON
}

# compile LOCK CONSTRAINTS [uv flags] - write one lock from the requirements on stdin.
# --universal: one file for macOS and Linux and for every Python from 3.11 on.
# --no-config and --no-emit-*: nothing of the machine that writes a lock gets into it.
compile() {
  local lock=locks/$1.txt constraints=$2
  shift 2
  uv pip compile --quiet --no-config --no-emit-index-url --no-annotate \
    --universal --python-version 3.11 --generate-hashes \
    --custom-compile-command locks/update.sh \
    --constraint "$constraints" --output-file "$lock" "$@" -
  echo "$lock: $(grep -c == "$lock") packages"
}

# The first lock is the others' constraint: a package has one version in all of them.
requirements runtime cpu | compile cpu /dev/null "$@"
requirements runtime apple | compile apple locks/cpu.txt "$@"
requirements runtime cuda | compile cuda locks/cpu.txt "$@"
requirements test | compile test locks/cpu.txt "$@"
requirements clients | compile clients locks/test.txt --constraint locks/cpu.txt "$@"
requirements instructor | compile instructor /dev/null "$@"
requirements locust | compile locust /dev/null "$@"

# npm knows its own flags only, and keeps every pin that still fits unless it is told to update.
case " $* " in
  *" --upgrade "*) npm_command=update ;;
  *) npm_command=install ;;
esac
(cd tests/clients/js && npm "$npm_command" --package-lock-only --ignore-scripts --no-audit --no-fund)
