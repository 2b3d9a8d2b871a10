#!/bin/sh
# What a workflow does without an action: publish with curl, poll, read with jq. No validation, no look-up.
set -eu
ask() {
  curl -sS -f -H "Authorization: Bearer-API $KEY" -H "Publer-Workspace-Id: $WORKSPACE" "$@"
}
job=$(ask -H "Content-Type: application/json" --data "@$BODY" "$URL/posts/schedule/publish" | jq -r .job_id)
while :; do
  sleep 0.5
  [ "$(ask "$URL/job_status/$job" | jq -r .status)" = working ] || break
done
