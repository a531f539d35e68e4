#!/usr/bin/env bash
# Install what Hearth needs into .venv, then become the server. `./run.sh help` says more.
#
# Written for bash 3.2, the bash of macOS. .venv holds one marker for each lock installed in it
# (.venv/hearth-cpu, .venv/hearth-test): the Python version and the lock's checksum. A .venv
# without the marker of its backend was never finished, and is made anew. `test --all` installs
# more: clients into .venv, instructor into .venv/instructor, js into tests/clients/js. `loadtest`
# installs locust into .venv/locust.
set -euo pipefail
unset CDPATH

readonly OLDEST_CUDA_DRIVER=580
readonly OLDEST_MACOS=14

usage() {
  cat <<'TEXT'
./run.sh [serve] [flags]                       start the server; `./run.sh --help` lists the flags
./run.sh test [--all] [--strict] [arguments]   lint, type check and test; arguments go to pytest
./run.sh bench [flags]                         measure it; `./run.sh bench --help` lists the flags
./run.sh soak [flags]                          wear it; `./run.sh soak --help` lists the flags
./run.sh loadtest [flags]                      load it with users; `./run.sh loadtest --help` lists the flags
./run.sh batch submit|status|watch|results|cancel   batches on a running server; `--help` says more
./run.sh keys add|list|change|revoke           API keys; a running server sees the change; `--help` says more
./run.sh doctor [--json] [flags]               check machine and settings, and say how to mend what is wrong
./run.sh service install|uninstall|status      let it start by itself (launchd, systemd); `--help` says more
./run.sh help                                  this page

The first start installs the dependencies into .venv. Two environment variables steer it:
  HEARTH_PYTHON    the Python to use, 3.11 to 3.13       (default: the newest one on PATH)
  HEARTH_BACKEND   apple, cpu or cuda                    (default: what this machine has)
TEXT
}

say() { echo "hearth: $*" >&2; }
die() { say "$@"; exit 1; }
wrong_usage() { say "$@"; exit 2; }
has() { command -v "$1" >/dev/null 2>&1; }

# project_folder SCRIPT - the folder of the real script behind any chain of symlinks.
# (`readlink -f` would do it, but older macOS has none.)
project_folder() {
  local script=$1 target
  while [ -L "$script" ]; do
    target=$(readlink "$script")
    case $target in
      /*) script=$target ;;
      *) script=$(dirname "$script")/$target ;;
    esac
  done
  (cd -P "$(dirname "$script")" && pwd)
}

# ---------------------------------------------------------------------------- backend

pick_backend() {
  case ${HEARTH_BACKEND:-} in
    apple | cpu | cuda) echo "$HEARTH_BACKEND" ;;
    '') detect_backend ;;
    *) wrong_usage "HEARTH_BACKEND is '$HEARTH_BACKEND'; it must be apple, cpu or cuda" ;;
  esac
}

detect_backend() {
  case $(uname -s)/$(uname -m) in
    Darwin/arm64) check_macos && echo apple ;;
    Darwin/*) die "$(why_not_intel)" ;;
    Linux/*) if has_cuda; then echo cuda; else echo cpu; fi ;;
    *) die "$(uname -s) is not supported; Hearth runs on Macs with Apple silicon and on Linux" ;;
  esac
}

check_macos() {
  local version
  version=$(sw_vers -productVersion 2>/dev/null) || return 0
  [ "${version%%.*}" -ge "$OLDEST_MACOS" ] ||
    die "macOS $version is too old for MLX, which needs $OLDEST_MACOS or newer: softwareupdate --list"
}

# An Apple silicon Mac calls itself x86_64 in a terminal that runs under Rosetta.
why_not_intel() {
  if [ "$(sysctl -n hw.optional.arm64 2>/dev/null)" = 1 ]; then
    echo "this terminal runs under Rosetta, where MLX does not work: arch -arm64 ./run.sh"
  else
    echo "this Mac has an Intel processor, and MLX needs Apple silicon (M1 or newer)"
  fi
}

has_cuda() {
  local driver
  driver=$(nvidia-smi --query-gpu=driver_version --format=csv,noheader 2>/dev/null) || return 1
  driver=${driver%%.*}
  case $driver in '' | *[!0-9]*) return 1 ;; esac
  [ "$driver" -ge "$OLDEST_CUDA_DRIVER" ] && return
  say "NVIDIA driver $driver is too old for CUDA 13 (needs $OLDEST_CUDA_DRIVER); using the CPU"
  return 1
}

# ----------------------------------------------------------------------------- Python

# version_of PYTHON - "3.12", or nothing where it does not run (a dangling link, a pyenv shim).
version_of() {
  "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null || true
}

# why_not PYTHON VERSION - why this Python cannot be used; nothing where it can.
why_not() {
  local problem=
  case $2 in
    3.11 | 3.12 | 3.13) ;;
    2.* | 3.? | 3.10) problem="too old" ;;
    *) problem="too new" ;;
  esac
  if [ -n "$problem" ]; then
    echo "Python $2 ($1) is $problem, Hearth needs 3.11 to 3.13: $(newer_python)"
  elif is_intel_on_apple "$1"; then
    echo "Python $2 ($1) is an Intel build, MLX needs an arm64 one: brew install python@3.12"
  elif ! has uv && ! "$1" -c 'import ensurepip, venv' 2>/dev/null; then
    echo "Python $2 ($1) comes without venv: apt install python$2-venv"
  fi
}

is_intel_on_apple() {
  [ "$(uname -s)/$(uname -m)" = Darwin/arm64 ] &&
    [ "$("$1" -c 'import platform; print(platform.machine())')" != arm64 ]
}

newer_python() {
  if [ "$(uname -s)" = Darwin ]; then
    echo "brew install python@3.12"
  else
    echo "curl -LsSf https://astral.sh/uv/install.sh | sh  (uv fetches its own)"
  fi
}

first_python() {
  if [ "$(uname -s)" != Darwin ] && has apt-get; then
    echo "apt install python3 python3-venv"
  else
    newer_python
  fi
}

find_python() {
  local name python version reason problem=
  for name in ${HEARTH_PYTHON:+"$HEARTH_PYTHON"} python3.13 python3.12 python3.11 python3; do
    python=$(command -v "$name") || python=$name
    version=$(version_of_candidate "$python")
    reason="$name does not run"
    if [ -n "$version" ]; then
      reason=$(why_not "$python" "$version")
      problem=${problem:-$reason}
    fi
    if [ -z "$reason" ]; then
      echo "$python"
      return
    fi
    # A Python that was asked for by name is not silently replaced by another.
    [ "$name" != "${HEARTH_PYTHON:-}" ] || die "HEARTH_PYTHON: $reason"
  done
  has uv || die "${problem:-no Python found, Hearth needs 3.11 to 3.13: $(first_python)}"
  python_from_uv || die "no Python 3.11 to 3.13, and uv could not fetch one (is the network up?), see $log"
}

# version_of_candidate PYTHON - version_of, but nothing for two that must not be tried:
# the .venv that is about to be replaced, and Apple's own, which may open an install dialog.
version_of_candidate() {
  case $1 in "$venv"/*) return ;; esac
  if [ "$1" = /usr/bin/python3 ] && [ "$(uname -s)" = Darwin ]; then return; fi
  version_of "$1"
}

python_from_uv() {
  local wanted='>=3.11,<3.14'
  uv python find --no-project --system "$wanted" 2>/dev/null && return
  say "fetching Python 3.12 with uv ..."
  uv python install 3.12 >"$log" 2>&1 && uv python find --no-project --system "$wanted"
}

# ------------------------------------------------------------------------ installation

# prepare LOCK... - leave .venv with these locks installed; the backend's lock comes first.
prepare() {
  is_ready "$@" && return
  take_install_lock
  trap 'say "interrupted; start again with ./run.sh"; exit 130' INT
  install "$@"
  trap - INT
  exec 9>&-
}

is_ready() {
  local lock
  is_finished || return 1
  for lock in "$@"; do is_installed "$lock" || return 1; done
}

# Finished for this backend, and its Python runs and is still the one it was made with.
is_finished() {
  local made_with version
  read -r made_with _ 2>/dev/null <"$venv/hearth-$backend" || return 1
  version=$(version_of "$venv/bin/python")
  [ "$version" = "$made_with" ] || return 1
  [ -z "${HEARTH_PYTHON:-}" ] || [ "$version" = "$(version_of "$HEARTH_PYTHON")" ]
}

is_installed() {
  local lock_sum
  read -r _ lock_sum 2>/dev/null <"$venv/hearth-$1" || return 1
  [ "$lock_sum" = "$(cksum <"$(lock_file "$1")")" ] || return 1
  [ "$1" != js ] || [ -d "$root/tests/clients/js/node_modules" ]
}

lock_file() {
  case $1 in
    js) echo "$root/tests/clients/js/package-lock.json" ;;
    *) echo "$root/locks/$1.txt" ;;
  esac
}

# One install at a time. The kernel frees the lock when the last holder of descriptor 9 ends, so
# a killed start leaves no stale lock, and its orphaned pip is waited for.
take_install_lock() {
  local python=$venv/bin/python
  is_finished || python=$(find_python)
  [ -w "$root" ] || die "cannot write to $root, where .venv belongs: run as the owner of that folder"
  exec 9>"$root/.venv.lock"
  lock_descriptor "$python" 'LOCK_EX | fcntl.LOCK_NB' && return
  say "another start is installing; waiting for it ..."
  lock_descriptor "$python" LOCK_EX || die "cannot lock $root/.venv.lock: move the checkout to a local disk"
}

lock_descriptor() { "$1" -c "import fcntl; fcntl.flock(9, fcntl.$2)" 2>/dev/null; }

# Asks again what is missing: another start may have done the work while this one waited.
install() {
  local lock
  { is_finished && has_installer; } || make_venv
  for lock in "$@"; do is_installed "$lock" || install_lock "$lock"; done
}

# A .venv made by uv has no pip in it.
has_installer() { has uv || [ -x "$venv/bin/pip" ]; }

make_venv() {
  local python
  python=$(find_python)
  [ ! -e "$venv" ] || say "making .venv anew (it was unfinished, or of another Python or backend)"
  rm -rf "$venv"
  if has uv; then
    uv venv --quiet --no-project --python "$python" "$venv" >"$log" 2>&1
  else
    "$python" -m venv "$venv" >"$log" 2>&1
  fi || die "$python could not make .venv; the reason is in $log"
}

# While packages are written, the backend's marker is out of the way: killed here, .venv counts
# as unfinished. A failure that pip reports itself leaves the packages as they were.
install_lock() {
  local finished=$venv/hearth-$backend code=0
  announce "$1"
  if [ -e "$finished" ]; then mv "$finished" "$finished.old"; fi
  # In a subshell: an interrupt trap that runs inside a redirection writes into the log.
  (install_packages "$1") >"$log" 2>&1 || code=$?
  if [ "$code" -lt 128 ] && [ -e "$finished.old" ]; then mv "$finished.old" "$finished"; fi
  [ "$code" -eq 0 ] || die "installing failed (is the network up?), see $log, then run ./run.sh again"
  echo "$(version_of "$venv/bin/python") $(cksum <"$(lock_file "$1")")" >"$venv/hearth-$1"
}

announce() {
  local file
  file=$(lock_file "$1")
  if [ -e "$venv/hearth-$1" ]; then
    say "${file#"$root"/} changed, updating what is installed ..."
    return
  fi
  case $1 in
    test) say "installing the test tools into .venv ..." ;;
    clients) say "installing the clients that are tested into .venv (some hundred megabytes) ..." ;;
    instructor) say "installing Instructor into .venv/instructor ..." ;;
    locust) say "installing Locust into .venv/locust ..." ;;
    js) say "installing JavaScript clients into tests/clients/js (some hundred megabytes) ..." ;;
    cuda) say "installing dependencies into .venv (CUDA: some gigabytes, several minutes) ..." ;;
    *) say "installing dependencies into .venv (first start, about a minute) ..." ;;
  esac
}

install_packages() {
  local file folder=$venv/$1
  file=$(lock_file "$1")
  case $1 in
    js) cd "$(dirname "$file")" && npm ci --no-audit --no-fund ;;
    instructor | locust) rm -rf "$folder" && pip_install --target "$folder" -r "$file" ;;
    *) pip_install -r "$file" ;;
  esac
}

# Wheels only: nothing is compiled, and no package's set-up code runs here.
pip_install() {
  if has uv; then
    uv pip install --quiet --python "$venv/bin/python" --require-hashes --only-binary :all: "$@"
  else
    "$venv/bin/python" -m pip install --quiet --no-input --disable-pip-version-check \
      --require-hashes --only-binary :all: "$@"
  fi
}

# --------------------------------------------------------------------------- subcommands

# mlx's CPU wheel for Linux links reference BLAS; OpenBLAS, loaded before it, takes its place.
preload_openblas() {
  local library
  [ "$backend/$(uname -s)" = cpu/Linux ] || return 0
  case ${LD_PRELOAD:-} in *openblas*) return 0 ;; esac
  if library=$(find_openblas); then
    export LD_PRELOAD="${LD_PRELOAD:+$LD_PRELOAD:}$library"
  else
    say "without OpenBLAS fp32 matmul is about 20 times slower: apt install libopenblas0-pthread"
  fi
}

find_openblas() {
  local name=libopenblas.so.0 listed path
  # Not on the PATH of every user, hence the second name.
  listed=$(ldconfig -p 2>/dev/null || /sbin/ldconfig -p 2>/dev/null) || true
  listed=$(echo "$listed" | awk -v name="$name" '$1 == name { print $NF; exit }')
  for path in "$listed" "/usr/lib/$(uname -m)-linux-gnu/$name" "/usr/lib64/$name" "/usr/lib/$name"; do
    if [ -f "$path" ]; then
      echo "$path"
      return
    fi
  done
  return 1
}

# exec: signals reach the server itself, and its exit code is ours.
serve() {
  prepare "$backend"
  preload_openblas
  exec "$venv/bin/python" "$root/server.py" "$@"
}

# run_command NAME [FLAGS] - a program of commands/, in the folder where the user stands.
# -P: nothing in that folder is taken for a module of ours.
run_command() {
  local name=$1
  shift
  case $name in
    loadtest) prepare "$backend" locust ;;
    *) prepare "$backend" ;;
  esac
  preload_openblas
  export PYTHONPATH="$root${PYTHONPATH:+:$PYTHONPATH}"
  exec "$venv/bin/python" -P -m "commands.$name" "$@"
}

run_tests() {
  local argument locks=test is_part=
  for argument in "$@"; do
    shift
    case $argument in
      --all) set -- "$@" --tier=all; locks=$(locks_of_all) ;;
      --strict) set -- "$@" --strict-tools ;;
      *) set -- "$@" "$argument"; is_part=yes ;;
    esac
  done
  # shellcheck disable=SC2086  # several words
  prepare "$backend" $locks
  preload_openblas
  # Dozens of servers start; without it each would compile all modules again.
  unset PYTHONDONTWRITEBYTECODE
  cd "$root"
  stage "ruff check" ruff check .
  stage "ruff format" ruff format --check .
  stage mypy mypy
  if [ -n "$is_part" ]; then
    stage pytest pytest "$@"
    return
  fi
  OPENBLAS_NUM_THREADS=1 \
    stage "pytest, side by side" pytest -m "not alone" -n logical --maxprocesses 4 --dist loadfile "$@"
  stage "pytest, alone" pytest -m alone "$@"
}

# Without npm the tests of JavaScript clients are skipped, and say so.
locks_of_all() {
  if has npm; then echo "test clients instructor js"; else echo "test clients instructor"; fi
}

# stage NAME MODULE [ARGUMENTS] - run a tool of .venv; its failure ends the tests.
stage() {
  local name=$1 code=0
  shift
  "$venv/bin/python" -m "$@" || code=$?
  [ "$code" -eq 0 ] || { say "tests failed at: $name"; exit "$code"; }
}

main() {
  local subcommand=serve
  case ${1:-} in
    '' | -*) ;;
    *)
      subcommand=$1
      shift
      ;;
  esac
  case $subcommand in
    serve | test | bench | soak | loadtest | batch | keys | doctor | service) backend=$(pick_backend) || exit ;;
    help) usage; exit ;;
    *) wrong_usage "unknown subcommand '$subcommand'; there are: serve (default), test, bench, soak, loadtest, batch, keys, doctor, service, help" ;;
  esac
  case $subcommand in
    serve) serve "$@" ;;
    test) run_tests "$@" ;;
    *) run_command "$subcommand" "$@" ;;
  esac
}

root=$(project_folder "${BASH_SOURCE[0]}")
readonly root venv=$root/.venv log=$root/install.log
main "$@"
