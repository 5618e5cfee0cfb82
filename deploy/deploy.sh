#!/usr/bin/env bash
# Builds elb-audit for Lambda and deploys it with CloudFormation; --help says how.
set -euo pipefail

usage() {
  cat <<'HELP'
deploy.sh [ENV] [OPTIONS]

Builds the Lambda function, checks it, uploads it and deploys the stack elb-audit-ENV.
ENV is a label, default: prod. What is missing for that is said before the build begins.

  --organization       deploys the state machine for a whole organization, as the stack
                       elb-audit-ENV-organization
  --guided             asks for what it is not told: region, e-mail, schedule, bucket for the code
  --dry-run            builds, checks and packs target/deploy/elb-audit-x86_64.zip; does nothing that
                       needs AWS
  --test               when deployed, starts a scan and shows how it ended
  --region REGION      where to deploy; otherwise that of the AWS CLI
  --email ADDRESS      who gets the alerts
  --schedule WHEN      such as 'cron(0 9 * * ? *)' or 'rate(12 hours)', in UTC
  --code-bucket NAME   the bucket for the function's code, in the same region; made if it is not there.
                       Otherwise elb-audit-code-ACCOUNT-REGION
  --parameter K=V      any other parameter of the template; may be repeated
  --config FILE        an elb-audit.toml to put into the function
  --arm64              for Graviton; builds on an arm64 machine or with --container, or takes
                       ELB_AUDIT_BOOTSTRAP
  --container          builds in a container of the official Rust image, with docker or podman: for
                       macOS, for a system newer than the runtime, for a machine without Rust
  -h, --help           this text

Environment:
  AWS_PROFILE and the like   credentials, as the AWS CLI takes them
  ELB_AUDIT_BOOTSTRAP        a bootstrap that is built already, such as one of a release; not with
                             --container
  PYTHON                     the Python 3 that packs (default: python3)

A second run with the same answers changes nothing. Parameters that are not given keep what they were.
HELP
}

say() { printf '%s\n' "$*" >&2; }
die() {
  say "deploy.sh: $*"
  exit 1
}
# Bad usage is told from what went wrong.
refuse() {
  say "deploy.sh: $*"
  say "deploy.sh --help says how it is used"
  exit 2
}

# The newest glibc of the runtime provided.al2023. What needs a newer one ends before its first line.
readonly GLIBC=2.34

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
target=${CARGO_TARGET_DIR:-$root/target}
python=${PYTHON:-python3}
environment=prod
named=
template=template.yaml
organization=
guided=
dry_run=
test_run=
container=
engine=
region=
email=
schedule=
bucket=
config=
architecture=x86_64
parameters=()
missing=()
elsewhere=

read_arguments() {
  while (($#)); do
    case $1 in
      -h | --help)
        usage
        exit 0
        ;;
      --organization) organization=1 template=organization.yaml ;;
      --guided) guided=1 ;;
      --dry-run) dry_run=1 ;;
      --test) test_run=1 ;;
      --arm64) architecture=arm64 ;;
      --container) container=1 ;;
      --region | --email | --schedule | --code-bucket | --config | --parameter)
        (($# > 1)) || refuse "$1 wants a value"
        take "$1" "$2"
        shift
        ;;
      -*) refuse "there is no option $1" ;;
      *)
        [[ -z $named ]] || refuse "one environment at a time: $environment, $1"
        environment=$1 named=1
        ;;
    esac
    shift
  done
  [[ $environment =~ ^[a-z][a-z0-9-]{0,19}$ ]] ||
    refuse "ENV is lower-case letters, digits and dashes, at most 20: $environment"
  [[ -z $config || -f $config ]] || refuse "no such file: $config"
  [[ -z $container || -z ${ELB_AUDIT_BOOTSTRAP:-} ]] ||
    refuse "--container builds a function, and ELB_AUDIT_BOOTSTRAP names one that is built: give one of them"
}

take() {
  case $1 in
    --region) region=$2 ;;
    --email) email=$2 ;;
    --schedule) schedule=$2 ;;
    --code-bucket) bucket=$2 ;;
    --config) config=$2 ;;
    --parameter)
      [[ $2 =~ ^[A-Za-z][A-Za-z0-9]*= ]] || refuse "--parameter wants NAME=VALUE"
      parameters+=("$2")
      ;;
  esac
}

have() { command -v "$1" >/dev/null; }
lack() { missing+=("$*"); }
# What only a build on this machine wants.
lack_here() {
  lack "$@"
  elsewhere=1
}

# ask VARIABLE QUESTION PRESET: sets the variable, unless an option has. No nameref: macOS has bash 3.2.
ask() {
  local answer
  [[ -z ${!1} ]] || return 0
  read -r -p "$2${3:+ [$3]}: " answer || die "nobody answers; --guided wants a terminal"
  printf -v "$1" '%s' "${answer:-$3}"
}

ask_all() {
  ask region "Region" "$region"
  ask email "E-mail for alerts, or nothing" ""
  ask schedule "Schedule in UTC, or nothing for daily at 09:00" ""
  ask bucket "Bucket for the code, or nothing for one of its own" ""
}

# Says in one message whatever would stop this later, since the build takes ten minutes.
check_first() {
  have "$python" || lack "Python 3, which packs the function: there is no $python, and PYTHON names another"
  if [[ -n ${ELB_AUDIT_BOOTSTRAP:-} ]]; then
    [[ -f $ELB_AUDIT_BOOTSTRAP ]] || lack "the file of ELB_AUDIT_BOOTSTRAP: $ELB_AUDIT_BOOTSTRAP"
  elif [[ -n $container ]]; then
    check_engine
  else
    check_machine
  fi
  [[ -n $dry_run ]] || check_aws
  ((${#missing[@]})) || return 0
  say "deploy.sh: nothing was built; this is missing:"
  local one
  for one in "${missing[@]}"; do say "  - $one"; done
  [[ -z $elsewhere ]] ||
    say "--container builds in a container instead, and ELB_AUDIT_BOOTSTRAP takes a function that is built"
  exit 1
}

# What is built must run on the Linux of the function.
check_machine() {
  local system machine
  system=$(uname -s) machine=$(uname -m)
  case $machine in
    aarch64 | arm64) machine=arm64 ;;
    x86_64 | amd64) machine=x86_64 ;;
  esac
  if [[ $system != Linux ]]; then
    lack_here "Linux on $architecture, which the function is for: this is $system on $machine"
  elif [[ $machine != "$architecture" ]]; then
    lack_here "Linux on $architecture, which the function is for: this is Linux on $machine"
  else
    check_rust
    check_linker
  fi
}

# The oldest Rust that builds elb-audit.
rust_version() { sed -n 's/^rust-version = "\(.*\)"$/\1/p' "$root/Cargo.toml"; }

newest() { printf '%s\n' "$@" | sort -V | tail -n 1; }

check_rust() {
  local wanted found
  wanted=$(rust_version)
  if ! have cargo; then
    lack_here "cargo, which builds Rust: https://rustup.rs"
    return
  fi
  # From the repository, as the build will run.
  found=$(cd "$root" && cargo --version 2>/dev/null | cut -d ' ' -f 2) || found=
  [[ -n $found && $(newest "$found" "$wanted") == "$found" ]] ||
    lack_here "Rust $wanted or newer: cargo says that it is ${found:-nothing}; rustup update may help"
}

# Links a program of one line, and looks which glibc that needs: the function needs at least as much.
check_linker() {
  local probe=$target/deploy/probe machine glibc
  mkdir -p "$target/deploy"
  if ! cc -x c -o "$probe" - 2>/dev/null <<<'int main(void) { return 0; }'; then
    lack_here "a C compiler that links programs: cc, of gcc or clang"
    return
  fi
  have "$python" || return 0
  note_glibc
  if ! read -r machine glibc < <(look "$probe" 2>/dev/null); then
    lack_here "a C compiler for Linux with glibc: what cc links is for something else"
  elif [[ $(newest "$glibc" "$GLIBC") != "$GLIBC" ]]; then
    lack_here "an older Linux: what cc links needs glibc $glibc, and the runtime provided.al2023 has $GLIBC"
  fi
}

# Older than that of Debian 12 is sure to do; what a newer one gives a program to need is seen when it is built.
note_glibc() {
  local here
  here=$(getconf GNU_LIBC_VERSION 2>/dev/null) && here=${here##* } || return 0
  [[ $(newest "$here" 2.36) == 2.36 ]] ||
    say "this system has glibc $here: what is built here may need more than the $GLIBC of the runtime, which is" \
      "looked at after the build. --container builds one that fits"
}

check_engine() {
  local one
  for one in docker podman; do
    if have "$one" && "$one" info >/dev/null 2>&1; then
      engine=$one
      return
    fi
  done
  lack "docker or podman, for --container: neither docker info nor podman info succeeds"
}

check_aws() {
  local said
  if ! have aws; then
    lack "aws, the AWS CLI, which deploys: https://aws.amazon.com/cli/"
    return
  fi
  region=${region:-${AWS_REGION:-${AWS_DEFAULT_REGION:-$(aws configure get region || true)}}}
  if [[ -z $region ]]; then
    lack "a region: --region or AWS_REGION"
    return
  fi
  export AWS_REGION=$region AWS_DEFAULT_REGION=$region AWS_PAGER=
  if ! said=$(aws sts get-caller-identity --query Account --output text 2>&1); then
    lack "credentials that AWS takes; the AWS CLI says: $(printf '%s' "$said" | tr -s '\n' ' ' | sed 's/^ //')"
    return
  fi
  # A warning may stand before it.
  account=${said##*$'\n'}
  bucket=${bucket:-elb-audit-code-$account-$region}
}

# The bootstrap that is to be deployed, built unless it is given.
build() {
  if [[ -n ${ELB_AUDIT_BOOTSTRAP:-} ]]; then
    bootstrap=$ELB_AUDIT_BOOTSTRAP
    say "taking $bootstrap"
  elif [[ -n $container ]]; then
    build_inside
  else
    say "building the function; the first time takes ten minutes"
    (cd "$root" && cargo build --release --locked --bin bootstrap >&2)
    bootstrap=$target/release/bootstrap
  fi
}

# In a container of Debian 12, where what Rust links needs glibc 2.34. Sources are read only; what is built
# and what cargo downloads stays in target/container for the next time.
build_inside() {
  local kept=$target/container image platform
  image=docker.io/library/rust:$(rust_version)-bookworm
  platform=linux/${architecture/x86_64/amd64}
  mkdir -p "$kept/cargo" "$kept/$architecture"
  kept=$(cd "$kept" && pwd)
  own_files
  say "building the function with $engine in $image for $platform;" \
    "the first time takes ten minutes, and much longer where that processor is emulated"
  "$engine" run --rm --platform "$platform" ${as_me[@]+"${as_me[@]}"} --security-opt label=disable \
    --volume "$root:/source:ro" --volume "$kept/cargo:/cargo" --volume "$kept/$architecture:/built" \
    --workdir /source --env HOME=/tmp --env CARGO_HOME=/cargo --env CARGO_TARGET_DIR=/built \
    "$image" cargo build --release --locked --bin bootstrap >&2 ||
    die "the function cannot be built in the container; what $engine said is above"
  bootstrap=$kept/$architecture/release/bootstrap
}

# What docker writes belongs to root unless it is told who asks. What runs without root, as podman does, gives
# it to whoever asks by itself.
own_files() {
  as_me=(--user "$(id -u):$(id -g)")
  if [[ $("$engine" --version) == *podman* || $("$engine" info 2>/dev/null) == *rootless* ]]; then
    as_me=()
  fi
}

# Says for which machine a file is, and which glibc it needs, by reading it: objdump of one machine may
# not know another's files, and is not everywhere.
look() {
  "$python" - "$1" <<'PYTHON'
import re, sys

data = open(sys.argv[1], "rb").read()
if data[:4] != b"\x7fELF":
    sys.exit(f"{sys.argv[1]} is no program for Linux")
if b"/lib/ld-musl-" in data:
    sys.exit(f"{sys.argv[1]} needs musl, which the runtime provided.al2023 does not have")
machine = {0x3E: "x86_64", 0xB7: "arm64"}.get(int.from_bytes(data[18:20], "little"), "another machine")
versions = {tuple(map(int, found.split(b"."))) for found in re.findall(rb"GLIBC_(\d+(?:\.\d+)+)\0", data)}
if b"GLIBC_ABI_DT_RELR\0" in data:
    versions.add((2, 36))
newest = max(versions, default=(0,))
print(machine, ".".join(map(str, newest)))
PYTHON
}

check_bootstrap() {
  local machine glibc
  read -r machine glibc < <(look "$bootstrap") || die "$bootstrap cannot be deployed"
  [[ $machine == "$architecture" ]] ||
    die "$bootstrap is for $machine, and the function is to be $architecture: --arm64 is for the one that is for arm64"
  if [[ $(newest "$glibc" "$GLIBC") != "$GLIBC" ]]; then
    die "$bootstrap needs glibc $glibc, and the runtime provided.al2023 has $GLIBC." \
      "Build it with --container, or take the one of a release with ELB_AUDIT_BOOTSTRAP"
  fi
  say "the function is for $machine and needs glibc $glibc, of the $GLIBC that there is"
}

# Packs the function. The same content gives the same bytes, so its hash tells whether it has changed.
pack() {
  zip=$target/deploy/elb-audit-$architecture.zip
  mkdir -p "$target/deploy"
  "$python" - "$zip" "bootstrap=$bootstrap" ${config:+"elb-audit.toml=$config"} <<'PYTHON'
import sys, zipfile

with zipfile.ZipFile(sys.argv[1], "w") as packed:
    for pair in sys.argv[2:]:
        name, path = pair.split("=", 1)
        entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
        entry.external_attr = (0o100755 if name == "bootstrap" else 0o100644) << 16
        entry.compress_type = zipfile.ZIP_DEFLATED
        with open(path, "rb") as file:
            packed.writestr(entry, file.read(), compresslevel=9)
PYTHON
  read -r hash digest < <(sha256 "$zip")
  say "packed $zip: $(($(wc -c <"$zip"))) bytes, sha256 $hash"
}

# The SHA-256 of a file, in hexadecimal and as AWS writes it. Not with sha256sum, which macOS does not have.
sha256() {
  "$python" - "$1" <<'PYTHON'
import base64, hashlib, sys

with open(sys.argv[1], "rb") as file:
    digest = hashlib.sha256(file.read()).digest()
print(digest.hex(), base64.b64encode(digest).decode())
PYTHON
}

# Lints the template where cfn-lint is there.
lint() {
  if command -v cfn-lint >/dev/null; then
    cfn-lint -t "$root/deploy/$template" >&2 || die "deploy/$template: cfn-lint has found faults"
    say "cfn-lint finds nothing in deploy/$template"
  else
    say "cfn-lint is not here; deploy/$template is not linted"
  fi
}

validate() {
  aws cloudformation validate-template --template-body "file://$root/deploy/$template" --output text >/dev/null ||
    die "deploy/$template: CloudFormation refuses it"
}

# The bucket's name can be guessed, so it must be this account's before anything goes there.
make_bucket() {
  local owned=(--bucket "$bucket" --expected-bucket-owner "$account")
  if aws s3api head-bucket "${owned[@]}" >/dev/null 2>&1; then
    return
  fi
  say "making the bucket $bucket"
  if [[ $region == us-east-1 ]]; then
    aws s3api create-bucket --bucket "$bucket" >/dev/null
  else
    aws s3api create-bucket --bucket "$bucket" --create-bucket-configuration "LocationConstraint=$region" >/dev/null
  fi || die "the bucket $bucket cannot be made; --code-bucket names another"
  aws s3api put-public-access-block "${owned[@]}" --public-access-block-configuration \
    BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true
}

# What is there already under the key was put there by this script, or by whoever else may write to the bucket: it
# is deployed only if it is what was packed.
upload() {
  local owned=(--bucket "$bucket" --expected-bucket-owner "$account") found
  key=elb-audit/$hash.zip
  if found=$(aws s3api head-object "${owned[@]}" --key "$key" --checksum-mode ENABLED --query ChecksumSHA256 \
    --output text 2>/dev/null); then
    # There is none where it was uploaded without, and of what came in parts it is a hash of hashes.
    [[ $found =~ ^[A-Za-z0-9+/]{43}=$ ]] || found=$(downloaded) || die "s3://$bucket/$key cannot be compared"
    [[ $found == "$digest" ]] ||
      die "s3://$bucket/$key is not what was packed: its SHA-256 is $found, and not $digest. Somebody has changed it:" \
        "see who may write there, and remove it before another try"
    say "s3://$bucket/$key is there already, and is what was packed"
    return
  fi
  aws s3api put-object "${owned[@]}" --key "$key" --body "$zip" --checksum-sha256 "$digest" >/dev/null ||
    die "the function cannot be uploaded"
  say "uploaded s3://$bucket/$key"
}

# The SHA-256 of what is there, by reading it.
downloaded() {
  local copy=$target/deploy/uploaded.zip both
  aws s3api get-object "${owned[@]}" --key "$key" "$copy" >/dev/null && both=$(sha256 "$copy") &&
    printf '%s\n' "${both##* }"
}

deploy() {
  local given=("Environment=$environment" "CodeBucket=$bucket" "CodeKey=$key" "Architecture=$architecture")
  [[ -z $email ]] || given+=("Email=$email")
  [[ -z $schedule ]] || given+=("Schedule=$schedule")
  say "deploying the stack $stack in $region of account $account"
  aws cloudformation deploy --stack-name "$stack" --template-file "$root/deploy/$template" \
    --capabilities CAPABILITY_NAMED_IAM --no-fail-on-empty-changeset --tags "elb-audit=$environment" \
    --parameter-overrides "${given[@]}" ${parameters[@]+"${parameters[@]}"} >&2 ||
    die "the stack is not deployed; aws cloudformation describe-stack-events --stack-name $stack says why"
  aws cloudformation describe-stacks --stack-name "$stack" \
    --query 'Stacks[0].Outputs[].[OutputKey,OutputValue]' --output text
}

output() {
  aws cloudformation describe-stacks --stack-name "$stack" \
    --query "Stacks[0].Outputs[?OutputKey=='$1'].OutputValue" --output text
}

# What runs is what was packed, whatever became of it on its way through the bucket, and whoever else may change
# the functions.
compare_code() {
  local names=("elb-audit-$environment-shard" "elb-audit-$environment-whole") name found
  [[ -n $organization ]] || names=("$(output FunctionName)")
  for name in "${names[@]}"; do
    found=$(aws lambda get-function-configuration --function-name "$name" --query CodeSha256 --output text) ||
      die "whether the function $name is what was packed cannot be told: allow lambda:GetFunctionConfiguration"
    [[ $found == "$digest" ]] ||
      die "the function $name is not what was packed: its CodeSha256 is $found, and not $digest. See who may write to" \
        "s3://$bucket, and who may change the function"
    say "the function $name is what was packed"
  done
}

test_function() {
  local answer=$target/deploy/answer.json event=$target/deploy/event.json failed
  # From a file, since versions 1 and 2 of the CLI take it differently from the command line.
  printf '{}' >"$event"
  say "starting a scan; this may take minutes"
  failed=$(AWS_MAX_ATTEMPTS=1 aws lambda invoke --function-name "$(output FunctionName)" --payload "fileb://$event" \
    --cli-read-timeout 920 --query FunctionError --output text "$answer") ||
    die "the function cannot be started"
  cat "$answer"
  printf '\n'
  [[ $failed == None ]] || die "the function has failed: $failed"
}

test_machine() {
  local execution status=RUNNING
  execution=$(aws stepfunctions start-execution --state-machine-arn "$(output MachineArn)" \
    --query executionArn --output text) || die "the state machine cannot be started"
  say "started $execution; stopping this script does not stop it"
  while [[ $status == RUNNING ]]; do
    sleep 10
    status=$(aws stepfunctions describe-execution --execution-arn "$execution" --query status --output text)
  done
  aws stepfunctions describe-execution --execution-arn "$execution" \
    --query '{status: status, output: output, error: error, cause: cause}' --output json
  [[ $status == SUCCEEDED ]] || die "the execution ended as $status"
}

read_arguments "$@"
stack=elb-audit-$environment${organization:+-organization}
if [[ -n $guided ]]; then
  ask_all
fi
check_first
[[ -n $dry_run ]] || validate
build
check_bootstrap
lint
pack
if [[ -n $dry_run ]]; then
  say "a dry run: the stack $stack is left as it is"
  exit 0
fi
make_bucket
upload
deploy
compare_code
if [[ -n $test_run ]]; then
  if [[ -n $organization ]]; then test_machine; else test_function; fi
fi
