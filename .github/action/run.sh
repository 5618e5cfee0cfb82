#!/usr/bin/env bash
# Runs elb-audit as the inputs say. What comes of it are outputs, and the exit code one of them: what was found
# is uploaded before the job fails.
set -euo pipefail

# annotate LEVEL TEXT
annotate() { printf '::%s title=elb-audit::%s\n' "$1" "$2"; }

die() {
  annotate error "$1"
  exit 2
}

output() { printf '%s=%s\n' "$1" "$2" >>"$GITHUB_OUTPUT"; }

# is NAME VALUE: whether an input of two values is true.
is() {
  [[ $2 == true || $2 == false ]] || die "$1: true or false, not $2"
  [[ $2 == true ]]
}

# parted TEXT: puts into `words` what stands between white space.
parted() { IFS=$' \t\n' read -r -d '' -a words <<<"$1" || true; }

arguments=("$COMMAND")
files=()
case $COMMAND in
  scan)
    [[ -z $INVENTORY ]] || die "inventory is for the command check"
    parted "${REGIONS//,/ }"
    for region in ${words[@]+"${words[@]}"}; do arguments+=(--region "$region"); done
    ;;
  check)
    [[ -z $REGIONS ]] || die "regions is for the command scan"
    while IFS= read -r file; do [[ -z $file ]] || files+=("$file"); done <<<"$INVENTORY"
    ((${#files[@]})) || die "inventory: the command check wants a file"
    ;;
  *) die "command: scan or check, not $COMMAND" ;;
esac
[[ -z $CONFIG ]] || arguments+=(--config "$CONFIG")
[[ -z $FAIL_ON ]] || arguments+=(--fail-on "$FAIL_ON")
[[ -z $BASELINE ]] || arguments+=(--baseline "$BASELINE")
if is strict "$STRICT"; then arguments+=(--strict); fi
if is only-new "$ONLY_NEW"; then arguments+=(--only-new); fi
[[ $SARIF == auto ]] || is sarif "$SARIF" || true
parted "$ARGS"

folder=$(mktemp -d "$RUNNER_TEMP/elb-audit.XXXXXX")
report=$folder/elb-audit.json
results=$folder/elb-audit.sarif
arguments+=(--format github -o "json=$report" -o "sarif=$results" ${words[@]+"${words[@]}"})
((${#files[@]} == 0)) || arguments+=(-- "${files[@]}")

# GitHub's own runners have no role, and what answers there in the place of AWS's metadata is another cloud's.
[[ ${RUNNER_ENVIRONMENT:-} != github-hosted ]] || export AWS_EC2_METADATA_DISABLED=true

# Standard error is shown as it comes, and kept.
set +e
{
  "$PROGRAM" "${arguments[@]}" 2>&1 >&3 | tee "$folder/said" >&2
  code=${PIPESTATUS[0]}
} 3>&1
set -e

reason=$(grep -E '^(exit [0-9]|error):' "$folder/said" | tail -n 1) || reason="exit $code"
reason=${reason#error: }
verdict=$code
if ((code == 3)) && [[ $FORK == true ]] && grep -q '^error: no AWS credentials were found' "$folder/said"; then
  verdict=0
  annotate warning "nothing was assessed: a pull request from a fork gets no credentials"
fi

# An upload closes the alerts that it does not have, so what is incomplete must not be one.
upload=false
if [[ -s $results && $code == [015] ]]; then
  case $SARIF-$FORK in
    true-* | auto-false) upload=true ;;
    auto-true) annotate notice "not uploaded to code scanning: the token of a pull request from a fork may not" ;;
  esac
fi

[[ -s $report ]] || report=
[[ -s $results ]] || results=
output exit-code "$code"
output reason "$reason"
output verdict "$verdict"
output report-file "$report"
output sarif-file "$results"
output upload "$upload"
