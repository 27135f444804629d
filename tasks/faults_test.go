package tasks

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/hikgrab/nvr/simulator"
)

// address is where the recorder of the fault tests answers.
const address = "10.0.0.1:80"

// again returns a script that strikes the first track n times in a row.
func again(n int, f simulator.Fault) func(*rig) {
	return func(b *rig) {
		b.recorders["10.0.0.1"].ScriptTrack(simulator.Download, 101, slices.Repeat([]simulator.Fault{f}, n)...)
	}
}

// TestFaultsThatAreSurvived strikes with each fault and expects exactly every
// recording, byte for byte.
func TestFaultsThatAreSurvived(t *testing.T) {
	for _, c := range []struct {
		name   string
		script func(b *rig) // before the run
		during func(b *rig) // once downloads run
		calm   bool         // no attempt may be used up
	}{
		{name: "hung up before the answer", script: again(3, simulator.Refuse)},
		{name: "reset", script: again(3, simulator.ResetAfter(50_000))},
		{name: "half-closed", script: again(2, simulator.KeepOpenAtEnd)},
		{name: "kept open with its length", script: again(2, simulator.KeepOpenWithLength)},
		{name: "dropped, length known", script: again(4, simulator.DropAfter(70_000))},
		{name: "dropped, no length", script: again(4, simulator.CloseDelimited(70_000))},
		{name: "dropped before the first byte", script: again(4, simulator.DropAfter(0))},
		{name: "stall", script: again(3, simulator.StallAfter(20_000, 0))},
		{name: "trickle", script: again(2, simulator.TrickleAfter(20_000, 250))},
		{name: "slow headers", script: again(3, simulator.SlowHeaders(5*time.Minute))},
		{name: "chunks cut short", script: again(4, simulator.TruncateChunked(30_000))},
		{name: "200 with XML", script: again(4, simulator.XMLWith200)},
		{name: "200 with HTML", script: again(4, simulator.HTMLWith200)},
		{name: "200 with nothing", script: again(4, simulator.EmptyBody)},
		{name: "length too large", script: again(4, simulator.WrongLength(1000))},
		{name: "length too small", script: again(4, simulator.WrongLength(-1000))},
		{name: "length zero", script: again(4, simulator.ZeroLength)},
		{name: "no length", script: again(4, simulator.NoLength)},
		{name: "bytes after the end", script: again(4, simulator.ExtraBytes(512))},
		{name: "400 for nothing", script: again(4, simulator.Spurious400)},
		{name: "401 for nothing", script: again(1, simulator.Unauthorized)},
		{name: "500", script: again(6, simulator.DeviceError500)},
		{name: "503", script: again(6, simulator.DeviceError503)},
		{name: "503 without a word", script: again(6, simulator.Status(503, ""))},
		{name: "503 and Retry-After", script: again(6, simulator.Busy(90*time.Second))},
		{name: "429", script: again(6, simulator.Status(429, ""))},
		{name: "404 once", script: again(1, simulator.Gone404)},
		{name: "redirect", script: again(2, simulator.Redirect("http://10.0.0.66/"))},
		{name: "search breaks", script: func(b *rig) {
			b.recorders["10.0.0.1"].Script(simulator.Search, simulator.DropAfter(100), simulator.HTMLWith200, simulator.Busy(0), simulator.Refuse)
		}},
		{name: "sign-in breaks", script: func(b *rig) {
			b.recorders["10.0.0.1"].Script(simulator.DeviceInfo, simulator.Refuse, simulator.DeviceError503, simulator.SlowHeaders(2*time.Minute))
		}},
		{name: "connection refused", calm: true, script: func(b *rig) { b.outage(10 * time.Second) }},
		{name: "reboot of two minutes", calm: true, during: func(b *rig) { b.outage(2 * time.Minute) }},
		{name: "no name for a while", calm: true, script: func(b *rig) {
			dial, until := b.network.Dial, time.Now().Add(10*time.Second)
			b.options.Dial = func(ctx context.Context, network, at string) (net.Conn, error) {
				if time.Now().Before(until) {
					return nil, &net.OpError{Op: "dial", Err: &net.DNSError{Err: "server misbehaving", Name: "nvr.site", IsTemporary: true}}
				}
				return dial(ctx, network, at)
			}
		}},
		{name: "locked out by others", calm: true, during: func(b *rig) {
			b.recorders["10.0.0.1"].ExpireNonces()
			b.lockOut()
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := setUp(t, simulator.Config{Channels: channels(2, 3, size), Rate: size / 5})
				if c.script != nil {
					c.script(b)
				}
				b.start()
				if c.during != nil {
					b.until("downloads run", func(s *Snapshot) bool { return s.Files >= 1 && s.Active == 2 })
					c.during(b)
				}
				s := b.finish()
				if s.Counts[Done] != 2 || s.Files != 6 || s.Bytes != 6*size || s.Total != 6*size {
					t.Fatalf("the end: %+v", s)
				}
				for _, v := range s.Cameras {
					if v.Failure.Kind != "" {
						t.Errorf("a camera that is done tells of %+v", v.Failure)
					}
				}
				b.mustHold("10.0.0.1", 101, 201)
				if n := countEvents(b, EventRetry); c.calm && c.during == nil && n > 0 {
					t.Errorf("%d attempts were burnt", n)
				}
				if n := b.recorders["10.0.0.1"].Stats().Auth.WhenLocked; n > 3 {
					t.Errorf("a locked recorder was asked %d times", n)
				}
			})
		})
	}
}

// outage takes the recorder off the network for a while.
func (b *rig) outage(d time.Duration) {
	b.network.Remove(address)
	rec := b.recorders["10.0.0.1"]
	time.AfterFunc(d, func() { b.network.Handle(address, rec) })
}

// lockOut signs in wrongly until the recorder locks out everybody from here.
func (b *rig) lockOut() {
	b.t.Helper()
	wire := &http.Transport{DialContext: b.network.Dial, DisableKeepAlives: true}
	for range 20 {
		req, err := http.NewRequestWithContext(b.t.Context(), http.MethodGet, "http://10.0.0.1/ISAPI/System/deviceInfo", nil)
		if err != nil {
			b.t.Fatal(err)
		}
		req.SetBasicAuth(simulator.DefaultUser, "guess")
		resp, err := wire.RoundTrip(req)
		if err != nil {
			b.t.Fatal(err)
		}
		_ = resp.Body.Close()
		if b.recorders["10.0.0.1"].Stats().Auth.Locked {
			return
		}
	}
	b.t.Fatal("the recorder does not lock")
}

// TestFaultsThatAreNot expects a precise failure, an end in limited time, and
// no wrong file under a final name.
func TestFaultsThatAreNot(t *testing.T) {
	for _, c := range []struct {
		name   string
		script func(b *rig)
		during func(b *rig)
		kind   string // of the failure
		says   string
		within time.Duration
	}{
		{name: "nobody there", kind: "unreachable", says: "refused", within: 3 * time.Minute, script: func(b *rig) { b.network.Remove(address) }},
		{name: "gone for good", kind: "unreachable", says: "refused", within: 20 * time.Minute, during: func(b *rig) { b.network.Remove(address) }},
		{name: "no such name", kind: "unreachable", says: "no such host: nvr.site", within: 3 * time.Minute, script: func(b *rig) {
			b.options.Dial = func(context.Context, string, string) (net.Conn, error) {
				return nil, &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "nvr.site", IsNotFound: true}}
			}
		}},
		{name: "silent for good", kind: "unreachable", says: "nothing answers", within: 6 * time.Minute, script: func(b *rig) {
			b.options.Dial = func(ctx context.Context, _, _ string) (net.Conn, error) { <-ctx.Done(); return nil, ctx.Err() }
		}},
		{name: "password changed", kind: "auth", says: "password", within: time.Minute, during: func(b *rig) {
			b.recorders["10.0.0.1"].SetPassword(simulator.DefaultUser, "changed")
		}},
		{name: "never a whole recording", kind: "short", within: 2 * time.Hour, script: func(b *rig) {
			b.recorders["10.0.0.1"].ScriptAlways(simulator.Download, simulator.CloseDelimited(70_000))
		}},
		{name: "never a recording at all", kind: "protocol", within: 2 * time.Hour, script: func(b *rig) {
			b.recorders["10.0.0.1"].ScriptAlways(simulator.Download, simulator.HTMLWith200)
		}},
		{name: "always stalls", kind: "timeout", within: 2 * time.Hour, script: func(b *rig) {
			b.recorders["10.0.0.1"].ScriptAlways(simulator.Download, simulator.StallAfter(20_000, 0))
		}},
		{name: "always busy", kind: "busy", within: 30 * time.Minute, script: func(b *rig) {
			b.recorders["10.0.0.1"].ScriptAlways(simulator.Download, simulator.Busy(0))
		}},
		{name: "no right to play back", kind: "forbidden", within: 5 * time.Minute, script: func(b *rig) {
			b.recorders["10.0.0.1"].ScriptAlways(simulator.Download, simulator.Forbidden)
		}},
		{name: "overwritten meanwhile", kind: "gone", within: 5 * time.Minute, script: func(b *rig) {
			b.recorders["10.0.0.1"].ScriptAlways(simulator.Download, simulator.Gone404)
		}},
		{name: "the output directory is gone", kind: "denied", says: "directory is gone", within: 15 * time.Minute, during: func(b *rig) {
			if err := os.Rename(filepath.Join(b.dir, ".hikgrab", "parts"), filepath.Join(b.dir, ".hikgrab", "elsewhere")); err != nil {
				b.t.Fatal(err)
			}
		}},
		{name: "something stands in the way", kind: "denied", says: "a file is in the place", within: 30 * time.Minute, script: func(b *rig) {
			if err := os.WriteFile(filepath.Join(b.dir, "10.0.0.1"), nil, 0o600); err != nil {
				b.t.Fatal(err)
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := setUp(t, simulator.Config{Channels: channels(2, 3, size), Rate: size / 5})
				b.log.quiet = c.kind == "denied" // the journal may be as unwritable as the rest
				if c.script != nil {
					c.script(b)
				}
				b.start()
				if c.during != nil {
					b.until("downloads run", func(s *Snapshot) bool { return s.Files >= 1 && s.Active == 2 })
					c.during(b)
				}
				began := time.Now()
				s := b.finish()
				if took := time.Since(began); took > c.within {
					t.Errorf("it took %v to give up", took)
				}
				if s.Counts[Failed]+s.Counts[Incomplete] == 0 {
					t.Fatalf("states %v", states(&s))
				}
				for _, v := range s.Cameras {
					if v.State != Done && (v.Failure.Kind != c.kind || !strings.Contains(v.Failure.What, c.says) || v.Failure.Remedy == "") {
						t.Errorf("camera %s is %s: %+v", v.Label(), v.State, v.Failure)
					}
				}
				if s.Bytes > s.Total {
					t.Errorf("%d bytes of %d", s.Bytes, s.Total)
				}
				b.nothingWrong()
				// One is refused and one makes sure; the rest do not go out.
				if n := b.recorders["10.0.0.1"].Stats().Auth.Refused; n > 2 {
					t.Errorf("%d refused logins", n)
				}
			})
		})
	}
}

// nothingWrong fails if a file under the output directory is not, byte for
// byte, a recording of the first recorder.
func (b *rig) nothingWrong() {
	b.t.Helper()
	var all [][]byte
	rec := b.recorders["10.0.0.1"]
	for _, track := range rec.Tracks() {
		for _, r := range rec.Recordings(track) {
			content, err := io.ReadAll(rec.Content(track, r.Name))
			if err != nil {
				b.t.Fatal(err)
			}
			all = append(all, content)
		}
	}
	for _, path := range b.files() {
		disk, err := os.ReadFile(filepath.Join(b.dir, filepath.FromSlash(path)))
		if err != nil {
			b.t.Fatal(err)
		}
		if !slices.ContainsFunc(all, func(content []byte) bool { return bytes.Equal(content, disk) }) {
			b.t.Errorf("%s is no recording", path)
		}
	}
}

// After a night of sleep every connection is dead, and the network takes a
// while. The night must not count as the recorder's absence.
func TestSleepIsNotAbsence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := setUp(t, simulator.Config{Channels: channels(2, 4, size), Rate: size / 20})
		b.start()
		b.until("downloads run", func(s *Snapshot) bool { return s.Files >= 1 && s.Active == 2 })
		b.queue.mu.Lock() // the clock has jumped: everything noted is old
		r := b.queue.recorders[0]
		r.missing, r.load.busy = time.Now().Add(-8*time.Hour), time.Now().Add(-8*time.Hour)
		b.queue.mu.Unlock()
		b.outage(3 * time.Minute)
		if s := b.finish(); s.Counts[Done] != 2 {
			t.Fatalf("states %v", states(&s))
		}
		b.mustHold("10.0.0.1", 101, 201)
	})
}

// Faults strike the continuation of a broken download, including wrong bytes at
// its beginning.
func TestFaultsWhileContinuing(t *testing.T) {
	for _, f := range simulator.RandomFaults() {
		t.Run(f.String(), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := setUp(t, simulator.Config{Channels: channels(1, 2, size), Quirks: simulator.Quirks{Range: simulator.RangeHonored}})
				b.recorders["10.0.0.1"].ScriptTrack(simulator.Download, 101, simulator.DropAfter(50_000), simulator.DropAfter(50_000), f, f)
				b.start()
				if s := b.finish(); s.Counts[Done] != 1 {
					t.Fatalf("states %v", states(&s))
				}
				b.mustHold("10.0.0.1", 101)
			})
		})
	}
}
