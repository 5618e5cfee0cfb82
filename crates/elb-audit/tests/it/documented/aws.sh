#!/usr/bin/env bash
# Stands in for the AWS CLI that deploys: templates must be there, and parameters be theirs.
set -euo pipefail

refuse() {
  printf 'aws: %s\n' "$*" >&2
  exit 252
}

template=
named=()
overrides=
while (($#)); do
  case $1 in
    --template-file) template=$2 ;;
    --template-body) template=${2#file://} ;;
  esac
  case $1 in
    --parameter-overrides) overrides=1 ;;
    --*) overrides= ;;
    ParameterKey=*) name=${1#ParameterKey=} named+=("${name%%,*}") ;;
    *=*) [[ -z $overrides ]] || named+=("${1%%=*}") ;;
  esac
  words+=("$1")
  shift
done

if [[ -n $template ]]; then
  [[ -f $template ]] || refuse "no such template: $template"
  parameters=$(sed -n '/^Parameters:$/,/^[A-Z][A-Za-z]*:$/p' "$template")
  for name in ${named[@]+"${named[@]}"}; do
    [[ $parameters == *$'\n'"  $name:"$'\n'* ]] ||
      refuse "$template has no parameter $name"
  done
fi

case "${words[0]} ${words[1]}" in
  "cloudformation deploy" | "cloudformation create-stack-set") [[ -n $template ]] || refuse "no template" ;;
  "cloudformation validate-template" | "cloudformation create-stack-instances") ;;
  "cloudformation describe-stacks") echo elb-audit-prod ;;
  "lambda invoke") echo None && printf '{"exit":0}' >"${words[-1]}" ;;
  "lambda get-function-configuration")
    python3 - "$CARGO_TARGET_DIR"/deploy/elb-audit-*.zip <<'PYTHON'
import base64, hashlib, sys

print(base64.b64encode(hashlib.sha256(open(sys.argv[1], "rb").read()).digest()).decode())
PYTHON
    ;;
  "s3api head-bucket" | "s3api head-object") exit 254 ;;
  "s3api create-bucket" | "s3api put-object" | "s3api put-public-access-block") ;;
  "ssm put-parameter") ;;
  "sts get-caller-identity") echo 111122223333 ;;
  *) refuse "this stand-in has no command ${words[0]} ${words[1]}" ;;
esac
