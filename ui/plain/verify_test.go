package plain

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"example.com/hikgrab/tasks/archive"
)

func TestVerified(t *testing.T) {
	v := archive.Verification{Files: 3, Bytes: 3 << 20, Deviations: []archive.Deviation{
		{Kind: archive.Missing, Path: "a/b.mp4"},
		{Kind: archive.Changed, Path: "a/\x1b[31mc.mp4", Detail: "5 bytes, 6 are listed"},
	}}
	var b bytes.Buffer
	if err := NewLines(&b, false).Verified(time.Time{}, v); err != nil {
		t.Fatal(err)
	}
	want := "missing     a/b.mp4\nchanged     a/\uFFFD[31mc.mp4  5 bytes, 6 are listed\nhikgrab: 3 files (3.00 MiB) listed, 1 missing, 1 changed\n"
	if got := b.String(); got != want {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
	b.Reset()
	if err := NewJSON(&b).Verified(time.Time{}, v); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(b.String()), "\n")
	var last VerifySummaryRecord
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &last); err != nil || len(lines) != 3 {
		t.Fatalf("%q, %v", lines, err)
	}
	if last.ExitCode != ExitFailed || last.Missing != 1 || last.Changed != 1 || last.Files != 3 || last.Type != "verify_summary" {
		t.Errorf("%+v", last)
	}
}
