# What every script does, and in which order.

say() { printf '%s\n' "$*" >&2; }
stop() {
  code=$1
  shift
  say "$*"
  exit "$code"
}

# Runs a command, or prints it, quoted for a shell, in a dry run.
run() {
  if [ "$mode" = dry-run ]; then
    printf '  '
    for word in "$@"; do
      case $word in
        '' | *[!A-Za-z0-9_./:,=@%+-]*) printf "'%s' " "$(printf '%s' "$word" | sed "s/'/'\\\\''/g")" ;;
        *) printf '%s ' "$word" ;;
      esac
    done
    printf '\n'
    return 0
  fi
  "$@" >/dev/null
}

# The answer of a command that a later one needs; in a dry run a word that stands for it.
answer() {
  if [ "$mode" = dry-run ]; then printf 'NOT-THERE-YET'; else "$@"; fi
}

# Writes what a command prints into a file.
write() {
  file=$1
  shift
  if [ "$mode" = dry-run ]; then
    run "$@"
    return 0
  fi
  "$@" >"$file.part" && mv -- "$file.part" "$file"
}

# What is printed, on one line without white space.
flat() { printf '%s' "$1" | tr -d ' \t\r\n'; }

# Runs a command unless a file holds an empty list, or nothing was found.
unless_empty() {
  if [ "$mode" != dry-run ] && [ "$(tr -d ' \t\r\n' <"$1")" = '[]' ]; then return 0; fi
  shift
  "$@"
}
unless_nothing() {
  case $1 in '' | None) return 0 ;; esac
  shift
  "$@"
}

# unless_there COUNT-COMMAND -- COMMAND: runs the second where the first counts nothing.
unless_there() {
  count=$(counted "$@") || return 1
  while [ "$1" != -- ]; do shift; done
  shift
  if [ "$count" = 0 ] || [ "$mode" = dry-run ]; then run "$@"; fi
}
counted() {
  found=
  n=$#
  while [ "$n" -gt 0 ]; do
    word=$1
    shift
    n=$((n - 1))
    if [ "$word" = -- ]; then found=yes; fi
    if [ -z "$found" ]; then set -- "$@" "$word"; fi
  done
  "$@"
}

# unless_used QUERY -- COMMAND: the second, unless the first says that logs still go there.
unless_used() {
  used=$(counted "$@") || return 1
  while [ "$1" != -- ]; do shift; done
  shift
  if [ "$(flat "$used")" = true ]; then
    say 'other logs of the load balancer still go there: the policy stays'
    return 0
  fi
  "$@"
}

# tolerate WORD COMMAND: runs the command; an error that holds the word is none.
tolerate() {
  word=$1
  shift
  if [ "$mode" = dry-run ]; then
    run "$@"
    return 0
  fi
  if "$@" >/dev/null 2>"$errors"; then return 0; fi
  if grep -q "$word" "$errors"; then return 0; fi
  cat "$errors" >&2
  return 1
}

# ipv4_range VALUE: whether it is a network of IPv4 as AWS writes it, and not almost everybody.
ipv4_range() {
  case $1 in *[!0-9./]* | *.*.*.*.* | */*/*) return 1 ;; *.*.*.*/*) ;; *) return 1 ;; esac
  bits=${1#*/}
  rest=${1%/*}
  value=0
  for _ in 1 2 3 4; do
    part=${rest%%.*}
    rest=${rest#*.}
    case $part in '' | 0?* | ????*) return 1 ;; esac
    if [ "$part" -gt 255 ]; then return 1; fi
    value=$((value * 256 + part))
  done
  case $bits in '' | 0* | ???*) return 1 ;; esac
  [ "$bits" -ge 8 ] && [ "$bits" -le 32 ] && [ $((value % (1 << (32 - bits)))) -eq 0 ]
}

# ipv6_range VALUE: the same of IPv6, in its short form.
ipv6_range() {
  case $1 in *[!0-9a-f:/]* | */*/* | *:::*) return 1 ;; *::/*) ;; *:*/128) ;; *) return 1 ;; esac
  case ${1#*/} in 1[6-9] | [2-9][0-9] | 1[01][0-9] | 12[0-8]) ;; *) return 1 ;; esac
  case :${1%/*} in *:0[0-9a-f]*) return 1 ;; esac
}

# Two lists of JSON, as the AWS CLI prints them, as one.
join_lists() {
  if [ "$mode" = dry-run ]; then return 0; fi
  {
    sed '$d' "$1"
    printf ',\n'
    sed '1d' "$2"
  } >"$3"
}

# Puts the client secret in its place; it is on no command line.
fill() {
  if [ "$mode" = dry-run ]; then return 0; fi
  secret=$(printf '%s' "${CLIENT_SECRET-}" | sed 's/[\\"]/\\&/g')
  while IFS= read -r text || [ -n "$text" ]; do
    case $text in
      *@CLIENT_SECRET@*) text=${text%%@CLIENT_SECRET@*}$secret${text#*@CLIENT_SECRET@} ;;
    esac
    printf '%s\n' "$text"
  done <"$1" >"$1.filled" && mv -- "$1.filled" "$1"
}

# The policy of a bucket; nothing where it has none.
policy_of() {
  if policy=$(aws s3api get-bucket-policy --bucket "$1" --query Policy --output text 2>"$errors"); then
    printf '%s\n' "$policy"
  elif ! grep -q NoSuchBucketPolicy "$errors"; then
    cat "$errors" >&2
    return 1
  fi
}
# keep_policy FILE BUCKET: how the script leaves the policy.
keep_policy() {
  if [ "$mode" = dry-run ]; then return 0; fi
  write "$1" policy_of "$2"
}

# drop_statement LEFT OLD STATEMENTS NEW BUCKET: the policy without what the script has added to it. Where nobody has
# changed it since, what was there is put back; otherwise the statements are taken out of what is there now.
drop_statement() {
  policy=$(policy_of "$5") || return 1
  if [ ! -f "$1" ] || [ "$policy" = "$(cat "$1")" ]; then
    if [ -s "$2" ]; then
      run aws s3api put-bucket-policy --bucket "$5" --policy "file://$2"
    else
      run aws s3api delete-bucket-policy --bucket "$5"
    fi
    return
  fi
  case $policy in
    *"$3,"*) rest=${policy#*"$3,"} ;;
    *",$3"*) rest=${policy#*",$3"} ;;
    *)
      say "the policy of bucket $5 has been changed since: take the statements out of it by hand: $3"
      return 1
      ;;
  esac
  before=${policy%"$rest"}
  before=${before%"$3"*}
  case $before$rest in
    *,[]]*) before=${before%,} ;;
  esac
  printf '%s%s\n' "$before" "$rest" >"$4"
  run aws s3api put-bucket-policy --bucket "$5" --policy "file://$4"
}
statement_there() {
  policy=$(policy_of "$1") || return 1
  case $policy in
    *"\"$2\""*) printf 'true\n' ;;
    *) printf 'false\n' ;;
  esac
}

# add_statement FILE STATEMENTS NEW: the policy with these statements before its own.
add_statement() {
  if [ "$mode" = dry-run ]; then return 0; fi
  policy=$(cat "$1")
  list=${policy#*\"Statement\"}
  case $policy in
    '') printf '{"Version":"2012-10-17","Statement":[%s]}\n' "$2" >"$3" ;;
    *)
      rest=$(printf '%s' "$list" | sed 's/^[[:space:]]*:[[:space:]]*//')
      case $rest in
        '['*) rest=$(printf '%s' "$rest" | sed 's/^\[[[:space:]]*//') ;;
        *)
          say 'the statements of the policy are no list: add the new ones by hand'
          return 1
          ;;
      esac
      case $rest in ']'*) comma= ;; *) comma=, ;; esac
      printf '%s"Statement":[%s%s%s\n' "${policy%%\"Statement\"*}" "$2" "$comma" "$rest" >"$3"
      ;;
  esac
}

# What step $1 would change, as it is now.
state_of() {
  answer_now=$("now_$1") || stop 2 "step $1 could not be looked at: nothing is changed"
  flat "$answer_now"
}

# look N BEFORE AFTER TITLE: notes how far step N is.
look() {
  if [ "$2" = "$3" ]; then stop 2 "step $1, $4: what you chose is what is there already: choose another"; fi
  if [ "$mode" = rollback ]; then
    case " $steps " in *" $1 "*) ;; *) return 0 ;; esac
  fi
  state=$(state_of "$1") || exit 2
  if [ "$state" = "$3" ]; then
    made="$made $1"
  elif [ "$state" != "$2" ] && [ "$mode" = rollback ]; then
    say "step $1, $4: it is not as the script left it"
    say "  left: $3"
    say "  now:  $state"
    stop 3 "nothing is taken back; what was there is in $kept"
  elif [ "$state" != "$2" ]; then
    say "step $1, $4: it is not as it was when it was audited"
    say "  then: $2"
    say "  now:  $state"
    stop 3 'nothing is changed; audit again'
  else
    open="$open $1"
  fi
}

# witness N TITLE VALUE...: stops unless what the verdict rests on is one of these.
witness() {
  number=$1
  title=$2
  shift 2
  state=$("witness_$number") || stop 2 "$title could not be looked at: nothing is changed"
  state=$(flat "$state")
  first=$1
  for known in "$@"; do
    if [ "$state" = "$known" ]; then return 0; fi
  done
  say "$title: not as it was when it was audited"
  say "  then: $first"
  say "  now:  $state"
  stop 3 'nothing is changed; audit again'
}

# reached N AFTER: whether AWS says what step N was to reach; it may take a moment to say so.
reached() {
  tries=0
  while :; do
    state=$("now_$1") || return 1
    if [ "$(flat "$state")" = "$2" ]; then return 0; fi
    tries=$((tries + 1))
    if [ "$tries" -ge 6 ]; then
      say "AWS says $(flat "$state"), and it should be $2"
      return 1
    fi
    sleep "${FIX_WAIT:-2}"
  done
}

# untouched N BEFORE: whether step N has changed nothing.
untouched() {
  if [ "$mode" = dry-run ]; then return 1; fi
  state=$("now_$1") || return 1
  [ "$(flat "$state")" = "$2" ]
}

# restored N BEFORE ALSO: whether AWS says what it said before, or what cannot be had otherwise.
restored() {
  tries=0
  while :; do
    state=$("now_$1") || return 1
    state=$(flat "$state")
    if [ "$state" = "$2" ]; then return 0; fi
    if [ "$state" = "$3" ]; then
      say "step $1: AWS keeps $state"
      return 0
    fi
    tries=$((tries + 1))
    if [ "$tries" -ge 6 ]; then
      say "step $1: AWS says $state, and it should be $2"
      return 1
    fi
    sleep "${FIX_WAIT:-2}"
  done
}

take_back() {
  trap '' INT TERM HUP
  failed=
  for step in $1; do
    say "taking back step $step"
    "back_$step" || failed="$failed $step"
  done
  for step in $1; do
    "restored_$step" || failed="$failed $step"
  done
  if [ -n "$failed" ]; then
    say "these steps could not be taken back:$failed. What was there is in $kept"
    exit 4
  fi
  # Steps of an earlier run stay, with what was captured for them.
  rest=
  all=$(cat "$kept/steps")
  for step in $all; do
    case " $1 " in *" $step "*) ;; *) rest="$rest $step" ;; esac
  done
  if [ -n "$rest" ]; then printf '%s\n' "$rest" >"$kept/steps"; else rm -r -- "$kept"; fi
}

interrupted() {
  say 'interrupted'
  take_back "$begun"
  stop 1 'everything is as it was'
}

change_all() {
  for step in $open; do
    begun="$step $begun"
    "title_$step"
    if ! "change_$step" || ! "verify_$step"; then
      say "step $step failed"
      take_back "$begun"
      stop 1 'everything is as it was'
    fi
  done
}

check_account() {
  command -v aws >/dev/null 2>&1 || stop 2 'there is no aws on the path: install the AWS CLI'
  own=$(aws sts get-caller-identity --query Account --output text) || stop 2 'who you are could not be told'
  [ "$own" = "$account" ] || stop 2 "this is account $own; the script is for $account: nothing is changed"
}

# With elb-audit on the path, a scan has the last word.
judge_again() {
  command -v elb-audit >/dev/null 2>&1 || return 0
  report=$kept/report.json
  # Only the command line counts: what the environment sets might tell somebody.
  (
    for name in $(env | sed -n 's/^\(ELB_AUDIT_[A-Z_]*\)=.*/\1/p'); do unset "$name"; done
    load_balancers elb-audit scan --region "$region" --persona auditor --no-config --format ndjson
  ) >"$report" 2>"$errors" || true
  for fingerprint in $fingerprints; do
    if grep -F "\"$fingerprint\"" "$report" | grep -q '"outcome":"fail"'; then
      say "elb-audit still finds $fingerprint"
      return 1
    fi
  done
}

main() {
  mode=change
  case ${1-} in
    '') ;;
    --dry-run) mode=dry-run ;;
    --rollback) mode=rollback ;;
    # For run-all.sh: whether all choices are made.
    --choices) mode=choices ;;
    *) stop 2 "usage: sh $0 [--dry-run | --rollback]" ;;
  esac
  [ "$#" -le 1 ] || stop 2 "usage: sh $0 [--dry-run | --rollback]"
  if [ -h "$0" ]; then stop 2 'run the script itself: what it captures lies beside it, not beside a link'; fi
  if [ -f "$kept/fingerprints" ] && [ "$(cat "$kept/fingerprints")" != "$fingerprints" ]; then
    stop 2 "$kept is of another script: take that one back, or move it away"
  fi
  if [ "$mode" = rollback ]; then
    [ -f "$kept/steps" ] || stop 2 "there is nothing to take back: no $kept"
  fi
  if [ -f "$kept/choices" ]; then recall; fi
  choose
  if [ "$mode" = choices ]; then exit 0; fi
  check_account
  errors=$(mktemp)
  trap 'rm -f -- "$errors"' EXIT
  begun=
  made=
  open=
  if [ "$mode" = rollback ]; then
    steps=$(tr '\n' ' ' <"$kept/steps")
    look_at_all
    take_back "$steps"
    say 'everything is as it was'
    exit 0
  fi
  look_at_all
  if [ -z "$open" ]; then stop 0 'this is fixed already: nothing to do'; fi
  look_at_witnesses
  if [ "$mode" = dry-run ]; then
    for step in $open; do
      "title_$step"
      "change_$step"
    done
    exit 0
  fi
  mkdir -p -- "$kept"
  printf '%s\n' "$fingerprints" >"$kept/fingerprints"
  remember >"$kept/choices"
  for step in $open; do
    "capture_$step" || stop 3 "what step $step replaces could not be written down: nothing is changed"
  done
  steps=
  for step in $open; do steps="$step $steps"; done
  if [ -f "$kept/steps" ]; then
    all=$(cat "$kept/steps")
    for step in $all; do
      case " $steps " in *" $step "*) ;; *) steps="$steps $step" ;; esac
    done
  fi
  printf '%s\n' "$steps" >"$kept/steps"
  trap interrupted INT TERM HUP
  change_all
  if ! judge_again; then
    take_back "$begun"
    stop 1 'everything is as it was'
  fi
  trap - INT TERM HUP
  say "done; --rollback takes it back, by what is in $kept"
}
