// Verifies one webhook request: go run verify.go SECRET < body. Copy verify and sum into your handler.
// The request comes as a CGI program gets it (RFC 3875): its body on standard input, its headers in HTTP_WEBHOOK_ID,
// HTTP_WEBHOOK_TIMESTAMP and HTTP_WEBHOOK_SIGNATURE.
package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// verify says why a request was not signed with the secret, or not within the last 5 minutes; nil when it is good.
// The header is read with request.Header.Get; the body is the bytes as they came, before any parser.
func verify(secret string, header func(name string) string, body []byte) error {
	for _, name := range []string{"webhook-id", "webhook-timestamp", "webhook-signature"} {
		if header(name) == "" {
			return fmt.Errorf("%s is missing", name)
		}
	}
	key := []byte(secret)
	var err error
	if encoded, ok := strings.CutPrefix(secret, "whsec_"); ok {
		key, err = base64.RawStdEncoding.DecodeString(strings.TrimRight(encoded, "="))
	}
	if err != nil || len(key) == 0 {
		return errors.New("the secret is empty, or no base64 behind whsec_")
	}

	signed := sum(key, header("webhook-id")+"."+header("webhook-timestamp")+"."+string(body))
	standard := []byte("v1," + base64.StdEncoding.EncodeToString(signed))
	fits := func(given string) bool { return hmac.Equal([]byte(given), standard) }
	// Several while the secret is being changed: one for each.
	if !slices.ContainsFunc(strings.Split(header("webhook-signature"), " "), fits) {
		return errors.New("webhook-signature does not fit")
	}

	seconds, err := strconv.ParseInt(header("webhook-timestamp"), 10, 64)
	if err != nil || time.Since(time.Unix(seconds, 0)).Abs() > 5*time.Minute {
		return errors.New("webhook-timestamp is not within 5 minutes of this clock")
	}
	return nil
}

func sum(key []byte, message string) []byte {
	mac := hmac.New(sha256.New, key)
	io.WriteString(mac, message)
	return mac.Sum(nil)
}

func main() {
	header := func(name string) string {
		return os.Getenv("HTTP_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_")))
	}
	body, err := io.ReadAll(os.Stdin)
	if err == nil {
		err = verify(append(os.Args, "")[1], header, body)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "not verified:", err)
		os.Exit(1)
	}
	fmt.Println("verified")
}
