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
steps=(5200 1500)
scale="1.0"
if [ "${1:-}" = "--quick" ]; then
  folder="$(mktemp -d)/tiny"
  steps=(80 40)
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
"$run" -u -m models.training.train --steps "${steps[0]}" --processes 2 --folder "$work/first"
"$run" -u -m models.training.train --start-folder "$work/first" --steps "${steps[1]}" --seed 8 \
  --processes 2 --muon-rate 0.015 --adam-rate 0.003 --folder "$folder"
"$run" -m models.training.evaluate --folder "$folder" --scale "$scale"
if [ "$scale" = "1.0" ]; then
  "$run" -m models.training.card --folder "$folder"
  "$run" -m models.training.write_examples
fi
echo "The model is in $folder"
