#!/bin/sh
# Verifies one webhook request: sh verify.sh SECRET < body. Copy all but the last four lines into your handler.
# The request comes as a CGI program gets it (RFC 3875): its body on standard input, its headers in HTTP_WEBHOOK_ID,
# HTTP_WEBHOOK_TIMESTAMP and HTTP_WEBHOOK_SIGNATURE.
#
# openssl gets the key as an argument, which others on this machine can see, and a shell compares in no constant time:
# where either matters, take another recipe.

hex() { od -An -v -tx1 | tr -d ' \n'; }
mac() { openssl dgst -sha256 -mac HMAC -macopt "hexkey:$1" -binary; }
refuse() { printf 'not verified: %s\n' "$1" >&2 && return 1; }

# verify SECRET BODY_FILE: fails, and says why, when a request was not signed with the secret, or not within the last
# 5 minutes. The file holds the bytes as they came: a shell variable would lose line ends and NULs.
verify() {
	for name in webhook-id webhook-timestamp webhook-signature; do
		[ -n "$(printenv "HTTP_$(echo "$name" | tr a-z- A-Z_)")" ] || { refuse "$name is missing"; return; }
	done
	key=$(printf %s "$1" | hex)
	case $1 in whsec_*)
		encoded=$(printf %s "${1#whsec_}" | tr -d =)
		while [ $((${#encoded} % 4)) -ne 0 ]; do encoded=$encoded=; done
		key=$(printf %s "$encoded" | openssl base64 -d -A 2>/dev/null | hex) ;;
	esac
	[ -n "$key" ] || { refuse 'the secret is empty, or no base64 behind whsec_'; return; }

	standard=$({ printf %s "$HTTP_WEBHOOK_ID.$HTTP_WEBHOOK_TIMESTAMP." && cat "$2"; } | mac "$key" | openssl base64 -A)
	# Several while the secret is being changed: one for each.
	case " $HTTP_WEBHOOK_SIGNATURE " in
	*" v1,$standard "*) ;;
	*) refuse 'webhook-signature does not fit'; return ;;
	esac

	now=$(date +%s)
	case $HTTP_WEBHOOK_TIMESTAMP in *[!0-9]*) false ;; *)
		[ "$HTTP_WEBHOOK_TIMESTAMP" -ge $((now - 300)) ] && [ "$HTTP_WEBHOOK_TIMESTAMP" -le $((now + 300)) ] ;;
	esac 2>/dev/null || refuse 'webhook-timestamp is not within 5 minutes of this clock'
}

body=$(mktemp) || exit
trap 'rm -f "$body"' EXIT
cat >"$body"
verify "${1:-}" "$body" && echo verified
