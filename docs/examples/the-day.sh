#!/usr/bin/env bash
# One day of a medical representative, played on the command line: an offline day, a conflict, two claims, a decision
# that came too late, and finance. Needs nothing but crmdesk and crmdesk-server; everything lies in a temporary folder.
#
#   docs/examples/the-day.sh            play the day
#   CRMDESK="python -m crmdesk" CRMDESK_SERVER="python -m crmdesk.server" docs/examples/the-day.sh
set -euo pipefail

CRMDESK=${CRMDESK:-crmdesk}
CRMDESK_SERVER=${CRMDESK_SERVER:-crmdesk-server}
PYTHON=${PYTHON:-python3}
DAY=$(mktemp -d)
PASSPHRASE="a corridor in the third building"   # wraps the key of each laptop where there is no system key ring
SERVER_PROCESS=""
trap '[ -z "$SERVER_PROCESS" ] || kill "$SERVER_PROCESS"; rm -rf "$DAY"' EXIT

say() { printf '\n== %s\n' "$*"; }
# Reads a value out of a JSON document: get '["id"]' < document
get() { "$PYTHON" -c "import json, sys; found = json.load(sys.stdin)$1; print(found if isinstance(found, str) else json.dumps(found, ensure_ascii=False))"; }
# Runs a command on somebody's laptop: on rep search zhang
on() { local who=$1; shift; printf '%s\n' "$PASSPHRASE" | $CRMDESK --data-dir "$DAY/$who" --json --passphrase-stdin "$@"; }
sign_in() { printf '%s\n%s\n' "demo-$2-crmdesk" "$PASSPHRASE" | $CRMDESK --data-dir "$DAY/$1" --server "$SERVER" --json --passphrase-stdin sign-in "$2" --password-stdin; }
server() { $CRMDESK_SERVER --data-dir "$DAY/server" "$@"; }
expect() { [ "$1" = "$2" ] || { printf 'expected %s, found %s\n' "$2" "$1" >&2; exit 1; }; }

say "A server with a small demo company"
server demo --small > "$DAY/company"
$CRMDESK_SERVER --data-dir "$DAY/server" serve --port 0 > "$DAY/address" &
SERVER_PROCESS=$!
until grep -q http "$DAY/address" 2>/dev/null; do kill -0 "$SERVER_PROCESS"; sleep 0.1; done
SERVER=$(grep -o 'http://[0-9.:]*' "$DAY/address" | head -n 1)

say "The representative signs in; the territory arrives"
sign_in rep rep01
on rep sync --once
TERRITORY=$(on rep status | get '["person"]["territory_ids"][0]')

say "A colleague works in the same territory"
server assign add rep02 "$TERRITORY" > /dev/null
sign_in colleague rep02
on colleague sync --once

say "Offline: a doctor is found by pinyin, the phone corrected, a new doctor made"
DOCTOR=$(on rep search zhang --limit 500 | get '[0]["id"]')
on rep doctor edit "$DOCTOR" --set mobile=13911110000
on rep doctor add 曾新华 --set title=attending --set mobile=13700001111

say "Offline: a visit, an expense claim from it with a receipt, submitted"
VISIT=$(on rep visit add --doctor "$DOCTOR" --note "问到不良反应数据，答应下周带资料" --next-step "带资料" --next-step-on 2099-01-05 | get '["id"]')
CLAIM=$(on rep claim add "科室会茶歇" --visit "$VISIT" --line "category=meal;amount=168.00;doctors=$DOCTOR;staff=1" | get '["id"]')
printf '\211PNG\r\n\032\nreceipt' > "$DAY/receipt.png"
on rep attach claim "$CLAIM" "$DAY/receipt.png"
on rep claim submit "$CLAIM"
expect "$(on rep claim show "$CLAIM" | get '["pending"]')" submit
SECOND=$(on rep claim add "打车" --visit "$VISIT" --line "category=transport;amount=36.00" | get '["id"]')
on rep claim submit "$SECOND"

say "Meanwhile the colleague corrects the same phone otherwise, and another field too, and syncs first"
on colleague doctor edit "$DOCTOR" --set mobile=13922220000 --set preferred_time=周二上午
on colleague sync --once

say "The representative syncs: the other field is merged, the phone is a conflict with both values"
on rep sync --once
on rep conflicts
expect "$(on rep conflicts | get '[0]["loser_value"]')" 13922220000
expect "$(on rep doctor show "$DOCTOR" | get '["row"]["values"]["preferred_time"]')" 周二上午

say "One action restores the other value"
CONFLICT=$(on rep conflicts | get '[0]["id"]')
on rep conflicts resolve "$CONFLICT" --choice loser
on rep sync --once
on colleague sync --once
expect "$(on colleague doctor show "$DOCTOR" | get '["row"]["values"]["mobile"]')" 13922220000

say "The manager syncs, goes offline and looks at both claims"
sign_in manager manager1
on manager sync --once
on manager claim show "$CLAIM"

say "The representative takes the second claim back, changes it and submits it again"
on rep claim recall "$SECOND"
on rep sync --once
on rep claim edit "$SECOND" --line "category=transport;amount=45.00"
on rep claim submit "$SECOND"
on rep sync --once

say "The manager approves both as seen; the second has changed since"
on manager approve "$CLAIM" --comment 同意
on manager approve "$SECOND"
on manager sync --once
expect "$(on manager refused | get '[0]["code"]')" changed_since_seen

say "The representative sees the decision with its trail; a claim of the sample is called back first"
on rep sync --once
STATE=$(on rep claim show "$CLAIM" | get '["row"]["values"]["state"]')
if [ "$STATE" = to_call_back ]; then
  on manager call-back "$CLAIM" --confirmed
  on manager sync --once
  on rep sync --once
  STATE=$(on rep claim show "$CLAIM" | get '["row"]["values"]["state"]')
fi
expect "$STATE" payable
expect "$(on rep claim show "$SECOND" | get '["row"]["values"]["state"]')" submitted

say "Finance sees it payable"
sign_in finance finance
on finance sync --once
on finance claim list --all --state payable | grep -q "$CLAIM"

say "Everything is sound, and the trail proves it"
on rep check > /dev/null
server audit verify
say "The day is done"
