#!/bin/bash
# A bot: answers each text with the same text. usage: echo.sh PASSWORD-FILE BOT@HOST[:PORT]      needs jq
coproc CHAT { exec chat-client --password-file "$1" "$2" pipe; }
while IFS= read -r event <&"${CHAT[0]}"; do
  case $(jq -r .type <<<"$event") in
    text) jq -c --arg me "${2%%@*}" 'select(.from != $me and .to != [])
            | {do: "send", to: [.from], re: .mid, text: ("You said: " + .text), id: ("echo-" + (.mid | tostring))}' \
            <<<"$event" >&"${CHAT[1]}" ;;
    refused) jq -r .text <<<"$event" >&2 ;;
  esac
done
