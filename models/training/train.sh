#!/usr/bin/env bash
# Makes the bundled demo model from nothing: environment, text, training, scores, model card.
#
#   models/training/train.sh            the real thing, about an hour on 2 cores
#   models/training/train.sh --quick    a two-minute run that writes to a temporary folder
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="$(cd "$here/../.." && pwd)"
environment="$here/.venv"
python="${PYTHON:-python3}"

folder="$root/models/tiny"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
steps=(4000 2400 1150)
scale="1.0"
if [ "${1:-}" = "--quick" ]; then
  folder="$(mktemp -d)/tiny"
  steps=(100 30 30)
  scale="0.1"
fi

if [ ! -x "$environment/bin/python" ]; then
  echo "Making an environment in $environment"
  "$python" -m venv "$environment"
fi
if ! cmp -s "$here/requirements.txt" "$environment/installed.txt"; then
  # On Linux the plain torch wheel brings CUDA along; the CPU build is enough. TORCH_INDEX= uses pip's own index only.
  index=""
  if [ "$(uname -s)" = "Linux" ]; then
    index="${TORCH_INDEX-https://download.pytorch.org/whl/cpu}"
  fi
  "$environment/bin/python" -m pip install --quiet ${index:+"--extra-index-url=$index"} -r "$here/requirements.txt"
  cp "$here/requirements.txt" "$environment/installed.txt"
fi

cd "$root"
export OMP_WAIT_POLICY=PASSIVE
run="$environment/bin/python"

# NOTE: the repository's own pytest settings need plug-ins that this environment lacks.
"$run" -m pytest -q -c /dev/null --rootdir "$root" -p no:cacheprovider models/training/test_splits.py
# Three stages; the last two have far more leads, and more room for articles and tools.
"$run" -u -m models.training.train --steps "${steps[0]}" --folder "$work/first"
"$run" -u -m models.training.train --start-folder "$work/first" --steps "${steps[1]}" --seed 8 \
  --processes 2 --muon-rate 0.015 --adam-rate 0.003 --folder "$work/second"
"$run" -u -m models.training.train --start-folder "$work/second" --steps "${steps[2]}" --seed 9 \
  --processes 2 --muon-rate 0.012 --adam-rate 0.0024 --folder "$folder"
"$run" -m models.training.evaluate --folder "$folder" --scale "$scale"
if [ "$scale" = "1.0" ]; then
  "$run" -m models.training.card --folder "$folder"
  "$run" -m models.training.write_examples
fi
echo "The model is in $folder"
