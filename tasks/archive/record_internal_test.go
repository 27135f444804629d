package archive

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var someDay = time.Date(2026, 11, 3, 8, 15, 0, 0, time.UTC)

// doneOf returns the journal's record of a finished recording.
func doneOf(path string) record {
	return record{
		Type: doneRecord, ID: recordingID{1}, Recorder: "10.20.0.11", Label: "Depot", Camera: "Gate", Track: 201,
		Start: "2026-11-03T08:15:00", End: "2026-11-03T08:30:00", Codec: "H.264-BP", Path: path, At: someDay,
	}
}

// The origin in the id column is read back.
func TestOriginIsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := Origin{
			Request: rapid.StringMatching("[0-9a-f]{8}").Draw(t, "request"), Sources: rapid.StringMatching("[0-9a-f]{16}").Draw(t, "sources"),
			Number: rapid.IntRange(1, 99).Draw(t, "number"), Of: rapid.IntRange(1, 99).Draw(t, "of"),
		}
		if got, err := parseOrigin(o.String()); err != nil || got != o {
			t.Errorf("%+v, %v, want %+v", got, err, o)
		}
	})
	for _, bad := range []string{"", "x", "0f3a9c21-5566778899aabbcc-1", "0f3a9c21-5566778899aabbcx-1-1", "0f3a9c21-5566778899aabbcc-1-x"} {
		if o, err := parseOrigin(bad); err == nil {
			t.Errorf("%q is read as %+v", bad, o)
		}
	}
}

func FuzzDistant(f *testing.F) {
	f.Add([]byte(`{"t":"done","id":"00112233445566778899aabbccddeeff","path":"a/b.mp4","bytes":1,"recorder":"10.0.0.1","track":101,"start":"2026-11-03T08:00:00","end":"2026-11-03T08:10:00"}`))
	f.Add([]byte(`{"id":"00112233445566778899aabbccddeeff","path":"=cmd\u001b[2J","begins":"x","notes":["=1+1"],"start":"2026-11-03T08:00:00","end":"2026-11-03T08:10:00"}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var d Distant
		if json.Unmarshal(text, &d) != nil {
			return
		}
		for _, s := range []string{d.Recorder(), d.Network(), d.r.Label, d.r.Path} {
			if s != printable(s) || len(s) > 1024 {
				t.Errorf("%q came through", s)
			}
		}
		if line := d.r.row(); strings.ContainsAny(string(line[:len(line)-1]), "\x1b\r\n") {
			t.Errorf("the line is %q", line)
		}
		if _, err := json.Marshal(d); err != nil {
			t.Error(err)
		}
		d.Finished()
	})
}
