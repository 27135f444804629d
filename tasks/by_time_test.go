package tasks

import (
	"bytes"
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/hikgrab/nvr/simulator"
	"example.com/hikgrab/tasks/archive"
)

// A file of four hours, of which ten minutes are asked for, and the most that
// they may cost: with a margin of 12 s and a group of pictures of 8.7 s on each
// side.
const (
	hoursSize = 12_000_000
	askedCost = hoursSize * (10*60 + 2*(12+9)) / (4 * 60 * 60)
)

// cutRig asks for ten minutes of the four-hour file, from six o'clock.
func cutRig(t *testing.T, k simulator.Quirks) *rig {
	t.Helper()
	three := day.Add(3 * time.Hour)
	b := setUp(t, simulator.Config{
		Channels: []simulator.Channel{{Recordings: simulator.Span(three, three.Add(8*time.Hour), 4*time.Hour, hoursSize)}}, Quirks: k,
	})
	b.dir = inMemory(t)
	b.options.Format, b.options.Cut = archive.MP4, true
	b.ask(6*time.Hour, 6*time.Hour+10*time.Minute)
	return b
}

// ask changes the period, in time since midnight.
func (b *rig) ask(from, to time.Duration) {
	b.t.Helper()
	text := func(d time.Duration) string { return day.Add(d).Format("2006-01-02 15:04") }
	b.list[0].Period = Period{From: moment(b.t, text(from)), To: moment(b.t, text(to))}
}

// lines returns the manifest's lines by column name.
func (b *rig) lines() (all []map[string]string) {
	b.t.Helper()
	text, err := os.ReadFile(filepath.Join(b.dir, "manifest.csv"))
	if err != nil {
		b.t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(text, []byte("\ufeff")))).ReadAll()
	if err != nil {
		b.t.Fatal(err)
	}
	for _, row := range rows[1:] {
		line := map[string]string{}
		for i, name := range rows[0] {
			line[name] = row[i]
		}
		all = append(all, line)
	}
	return all
}

// sums returns the paths and checksums of the manifest.
func (b *rig) sums() (all []string) {
	for _, line := range b.lines() {
		all = append(all, line["path"]+" "+line["sha256"])
	}
	slices.Sort(all)
	return all
}

// wholeSums returns the sums of what cutRig asks for, cut from the whole file.
func wholeSums(t *testing.T) (sums []string) {
	synctest.Test(t, func(t *testing.T) {
		b := cutRig(t, simulator.Quirks{})
		b.start()
		b.finish()
		sums = b.sums()
	})
	return sums
}

// nothingLeft checks that no part is left.
func (b *rig) nothingLeft() {
	b.t.Helper()
	if parts, err := os.ReadDir(filepath.Join(b.dir, ".hikgrab", "parts")); err != nil || len(parts) != 0 {
		b.t.Errorf("%v are left, %v", parts, err)
	}
}

func (b *rig) byTime() string { return b.archive.Facts("10.0.0.1").ByTime }

// TestOnlyWhatIsAskedIsFetched has recorders that download by time, and some
// that only claim to. Whatever comes, the clip is that of the whole file, byte
// for byte, at the first attempt, and the recorder's behaviour is known from
// then on.
func TestOnlyWhatIsAskedIsFetched(t *testing.T) {
	const all = hoursSize
	type want struct {
		bytes, most int64 // over the network, approximately
		requests    int   // to download
		note        string
		known       string
	}
	whole := wholeSums(t)
	for name, tt := range map[string]struct {
		quirks simulator.Quirks
		faults []simulator.Fault // of downloads
		want   want
	}{
		"it says no":         {simulator.Quirks{}, nil, want{all, all, 1, "", "no"}},
		"it does not answer": {simulator.Quirks{ByTime: simulator.ByTimeRight}, nil, want{all, all, 1, "", "no"}},
		"right":              {simulator.Quirks{ByTime: simulator.ByTimeRight}, nil, want{0, askedCost, 1, "fetched by time: the recorder sent 2000-01-01T05:59:", "shown"}},
		"no length":          {simulator.Quirks{ByTime: simulator.ByTimeRight, Framing: simulator.Chunked}, nil, want{0, askedCost, 1, "fetched by time", "shown"}},
		"no size":            {simulator.Quirks{ByTime: simulator.ByTimeRight, NoSize: true}, nil, want{0, askedCost, 1, "fetched by time", "shown"}},
		"by GET":             {simulator.Quirks{ByTime: simulator.ByTimeRight, Verb: simulator.GetOnly}, nil, want{0, askedCost, 2, "fetched by time", "shown"}},
		"off by a GOP":       {simulator.Quirks{ByTime: simulator.ByTimeOffByGOP}, nil, want{0, askedCost, 1, "fetched by time", "shown"}},
		"whole":              {simulator.Quirks{ByTime: simulator.ByTimeWhole}, nil, want{all, all, 1, archive.SentWhole, "no"}},
		"whole, no length":   {simulator.Quirks{ByTime: simulator.ByTimeWhole, Framing: simulator.Chunked}, nil, want{all, all, 1, archive.SentWhole, "no"}},
		"whole, no size":     {simulator.Quirks{ByTime: simulator.ByTimeWhole, NoSize: true, Framing: simulator.Chunked}, nil, want{all, all, 1, archive.SentWhole, "no"}},
		"elsewhere":          {simulator.Quirks{ByTime: simulator.ByTimeElsewhere}, nil, want{all, all + askedCost, 2, "not fetched by time: the recorder sent 2000-01-01T03:00:00 to ", "no"}},
		"refused":            {simulator.Quirks{ByTime: simulator.ByTimeRefused}, nil, want{all, all, 4, "not fetched by time: ", "no"}},
		"hangs up":           {simulator.Quirks{ByTime: simulator.ByTimeHangsUp}, nil, want{all, all, 3, "not fetched by time: ", "no"}},
		"busy for that":      {simulator.Quirks{ByTime: simulator.ByTimeRight}, []simulator.Fault{simulator.Busy(0)}, want{all, all, 2, "not fetched by time: ", "no"}},
		"no answer to that":  {simulator.Quirks{ByTime: simulator.ByTimeRight}, []simulator.Fault{simulator.SlowHeaders(time.Hour)}, want{all, all, 2, "not fetched by time: ", "no"}},
		"an error page":      {simulator.Quirks{ByTime: simulator.ByTimeRight}, []simulator.Fault{simulator.HTMLWith200}, want{all, all, 2, "not fetched by time: ", "no"}},
		"nothing":            {simulator.Quirks{ByTime: simulator.ByTimeRight}, []simulator.Fault{simulator.EmptyBody, simulator.EmptyBody}, want{all, all, 3, "not fetched by time: ", "no"}},
		"a monstrous length": {simulator.Quirks{ByTime: simulator.ByTimeRight}, []simulator.Fault{simulator.WrongLength(1 << 50)}, want{all, 2 * all, 2, "not fetched by time: the recording has no end", "no"}},
		"without end":        {simulator.Quirks{ByTime: simulator.ByTimeRight}, []simulator.Fault{simulator.Endless}, want{all, 8 * all, 2, "not fetched by time: the recording has no end", "no"}},
		"an early end": {
			simulator.Quirks{ByTime: simulator.ByTimeRight},
			[]simulator.Fault{simulator.CloseDelimited(askedCost / 2)},
			want{all, all + askedCost, 2, "not fetched by time: the recorder sent ", "no"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := cutRig(t, tt.quirks)
				rec := b.recorders["10.0.0.1"]
				rec.Script(simulator.Download, tt.faults...)
				if name == "it does not answer" {
					rec.Script(simulator.DownloadCapabilities, simulator.NotSupported)
				}
				b.start()
				s := b.finish()
				stats := rec.Stats()
				if s.Counts[Done] != 1 || !slices.Equal(b.sums(), whole) {
					t.Fatalf("%v, %v, want %v", states(&s), b.sums(), whole)
				}
				line := b.lines()[0]
				if line["attempts"] != "1" || countEvents(b, EventRetry) != 0 {
					t.Errorf("it cost tries: %v, %+v", line, b.events())
				}
				if s.Fetched < tt.want.bytes || s.Fetched > tt.want.most || stats.Requests[simulator.Download] != tt.want.requests {
					t.Errorf("%d bytes by %d requests", s.Fetched, stats.Requests[simulator.Download])
				}
				if s.Total != s.Bytes || s.Bytes > tt.want.most {
					t.Errorf("%d of %d bytes in the end", s.Bytes, s.Total)
				}
				if !strings.Contains(line["notes"], tt.want.note) || strings.Contains(line["notes"], "verify") || tt.want.note == "" && strings.Contains(line["notes"], "by time") {
					t.Errorf("the notes are %q, want %q", line["notes"], tt.want.note)
				}
				if b.byTime() != tt.want.known || stats.Requests[simulator.DownloadCapabilities] != 1 || stats.Auth.Refused != 0 {
					t.Errorf("known: %q, %v", b.byTime(), stats)
				}
				b.nothingLeft()

				// The same again costs nothing; another period costs what is known by now.
				b.start()
				if s = b.finish(); s.Fetched != 0 || s.Counts[Done] != 1 {
					t.Errorf("the second run fetched %d bytes, %v", s.Fetched, states(&s))
				}
				b.ask(9*time.Hour, 9*time.Hour+10*time.Minute)
				b.start()
				s = b.finish()
				if cheap := tt.want.known == "shown"; s.Counts[Done] != 1 || cheap && s.Fetched > askedCost || !cheap && s.Fetched != all {
					t.Errorf("the third run fetched %d bytes, %v", s.Fetched, states(&s))
				}
				again := rec.Stats().Requests
				if again[simulator.Download] != tt.want.requests+1 || again[simulator.DownloadCapabilities] != 1 {
					t.Errorf("the third run asked %v", again)
				}
			})
		})
	}
}

// TestRangesOverTwoFiles asks for the end of one file and the beginning of the
// next: no picture is missing where they meet, within a second.
func TestRangesOverTwoFiles(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var sums [3][]string
		for i, k := range []simulator.ByTime{simulator.NotByTime, simulator.ByTimeRight, simulator.ByTimeOffByGOP} {
			b := cutRig(t, simulator.Quirks{ByTime: k})
			c := b.recorders["10.0.0.1"].Config()
			for n := range c.Channels[0].Recordings {
				r := &c.Channels[0].Recordings[n]
				r.Start, r.End = r.Start.Add(800*time.Millisecond), r.End.Add(800*time.Millisecond)
			}
			b.replace("10.0.0.1", c)
			b.ask(6*time.Hour+50*time.Minute, 7*time.Hour+10*time.Minute)
			b.start()
			if s := b.finish(); s.Files != 2 || k == simulator.ByTimeRight && s.Fetched > 2*askedCost || b.byTime() != []string{"no", "shown", "said"}[i] {
				t.Fatalf("%v: %d files, %d bytes, %v, known: %q", k, s.Files, s.Fetched, states(&s), b.byTime())
			}
			sums[i] = b.sums()
		}
		if !slices.Equal(sums[0], sums[1]) || !slices.Equal(sums[0], sums[2]) {
			t.Errorf("%v and %v, want %v", sums[1], sums[2], sums[0])
		}
	})
}

// TestByTimeOnAnotherClock has a camera that writes UTC.
func TestByTimeOnAnotherClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := cutRig(t, simulator.Quirks{})
		c := b.recorders["10.0.0.1"].Config()
		c.Kind, c.Zone, c.Quirks.ByTime = simulator.Camera, "CST-3:00:00", simulator.ByTimeRight
		b.replace("10.0.0.1", c)
		b.start()
		if s := b.finish(); s.Counts[Done] != 1 || s.Fetched > askedCost || b.byTime() != "shown" {
			t.Errorf("%d bytes, %v, %v", s.Fetched, states(&s), b.byTime())
		}
	})
}

// TestWhatNeedsTheWhole checks that nothing is requested by time if more than a
// clip is wanted.
func TestWhatNeedsTheWhole(t *testing.T) {
	for name, change := range map[string]func(*rig){
		"no clip":           func(b *rig) { b.options.Cut = false },
		"the raw file, too": func(b *rig) { b.options.Format = archive.Both },
		"nearly all":        func(b *rig) { b.ask(3*time.Hour+5*time.Minute, 6*time.Hour+59*time.Minute) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := cutRig(t, simulator.Quirks{ByTime: simulator.ByTimeRight})
				change(b)
				b.start()
				s := b.finish()
				n := b.recorders["10.0.0.1"].Stats().Requests[simulator.DownloadCapabilities]
				if s.Counts[Done] != 1 || s.Fetched != hoursSize || s.Total != hoursSize || (n != 0) != (name == "nearly all") {
					t.Errorf("%d of %d bytes, %v, asked %d times", s.Fetched, s.Total, states(&s), n)
				}
			})
		})
	}
}

// TestAPieceIsContinued has connections that break, and a run that ends, in the
// middle of a download by time.
func TestAPieceIsContinued(t *testing.T) {
	const third = askedCost / 3
	whole := wholeSums(t)
	for name, tt := range map[string]struct {
		byTime  simulator.ByTime
		ranges  simulator.Range
		faults  int  // connections that break
		restart bool // after the first
		most    int64
		shown   string
	}{
		"continued":                {simulator.ByTimeRight, simulator.RangeHonored, 1, false, askedCost + 10<<10, "shown"},
		"continued by another run": {simulator.ByTimeRight, simulator.RangeHonored, 1, true, askedCost + 10<<10, "shown"},
		"from the beginning":       {simulator.ByTimeRight, simulator.RangeIgnored, 1, false, third + askedCost, "shown"},
		"whole after two":          {simulator.ByTimeRight, simulator.RangeHonored, 2, false, hoursSize + askedCost + 10<<10, "said"},
		"all of it, continued":     {simulator.ByTimeWhole, simulator.RangeHonored, 2, true, hoursSize + 20<<10, "no"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := cutRig(t, simulator.Quirks{ByTime: tt.byTime, Range: tt.ranges})
				rec := b.recorders["10.0.0.1"]
				for range tt.faults {
					rec.Script(simulator.Download, simulator.DropAfter(third))
				}
				b.start()
				fetched := int64(0)
				if tt.restart {
					s := b.until("an attempt has failed", func(*Snapshot) bool { return countEvents(b, EventRetry) > 0 })
					fetched = s.Fetched
					b.stop()
					b.start()
				}
				s := b.finish()
				if fetched += s.Fetched; s.Counts[Done] != 1 || fetched > tt.most || b.byTime() != tt.shown {
					t.Errorf("%d bytes, %v, known: %q", fetched, states(&s), b.byTime())
				}
				if !slices.Equal(b.sums(), whole) {
					t.Errorf("%v, want %v", b.sums(), whole)
				}
				b.nothingLeft()
			})
		})
	}
}

// TestExpectedBytesAreThoseAskedFor checks that the bytes shown from the search
// on are those that will come, and grow if more comes.
func TestExpectedBytesAreThoseAskedFor(t *testing.T) {
	for _, k := range []simulator.ByTime{simulator.ByTimeRight, simulator.ByTimeWhole, simulator.ByTimeRefused} {
		synctest.Test(t, func(t *testing.T) {
			b := cutRig(t, simulator.Quirks{ByTime: k})
			c := b.recorders["10.0.0.1"].Config()
			c.Rate = askedCost / 10
			b.replace("10.0.0.1", c)
			b.ask(6*time.Hour+50*time.Minute, 7*time.Hour+10*time.Minute)
			b.options.PerRecorder = 1
			b.start()
			s := b.until("all is found", func(s *Snapshot) bool { return s.Recordings == 2 && s.Active == 1 && s.TotalKnown })
			if k != simulator.ByTimeRefused && (s.Total < askedCost || s.Total > 2*askedCost) {
				t.Errorf("%v: %d bytes are expected, ten minutes of each file are %d", k, s.Total, askedCost)
			}
			if k == simulator.ByTimeRight {
				b.until("nearly done", func(s *Snapshot) bool { return s.Files == 1 && s.Total < 2*askedCost && s.ETA < time.Minute })
			} else {
				b.until("the first is expected whole", func(s *Snapshot) bool { return s.Files == 0 && s.Total > hoursSize && s.Bytes < hoursSize/4 })
				b.until("both are expected whole", func(s *Snapshot) bool { return s.Total == 2*hoursSize && s.Files == 1 })
			}
			if s = b.finish(); s.Total != s.Bytes || s.Counts[Done] != 1 {
				t.Errorf("%v: %d of %d bytes", k, s.Bytes, s.Total)
			}
		})
	}
}
