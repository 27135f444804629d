package tasks

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/nvr/simulator"
)

// kiev is a zone with summer time: at 04:00 on the last Sunday of October its
// clocks go back to 03:00.
const kiev = "CST-2:00:00DST01:00:00,M3.5.0/03:00:00,M10.5.0/04:00:00"

// TestStreamsOtherThanMain fetches photos and sub streams: each has its own
// track, and a photo gets the extension of one.
func TestStreamsOtherThanMain(t *testing.T) {
	for _, kind := range []simulator.Kind{simulator.NVR, simulator.Camera} {
		for stream, ending := range map[nvr.Stream]string{nvr.Main: ".mpg", nvr.Sub: ".mpg", nvr.Photo: ".jpg"} {
			t.Run(stream.String(), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					eight := day.Add(8 * time.Hour)
					b := setUp(t, simulator.Config{Kind: kind, Channels: []simulator.Channel{{
						Recordings: morning(2, 200_000), SubRecordings: morning(3, 50_000),
						Photos: simulator.Span(eight, eight.Add(time.Hour), 20*time.Minute, 30_000),
					}}})
					b.list[0].Stream = stream
					b.start()
					s := b.finish()
					if s.Counts[Done] != 1 || len(s.Cameras) != 1 {
						t.Fatalf("states %v", states(&s))
					}
					b.mustHold("10.0.0.1", int(nvr.TrackOf(1, stream)))
					for _, path := range b.files() {
						if !strings.HasSuffix(path, ending) {
							t.Errorf("%s should end in %s", path, ending)
						}
					}
				})
			})
		}
	}
}

// TestPeriodsAreTheRecordersOwn has recorders on both sides of the date line:
// at noon here it is tomorrow on one and still today on the other. Each decides
// what "today" is.
func TestPeriodsAreTheRecordersOwn(t *testing.T) {
	zones := map[string]time.Duration{"CST-13:00:00": 13 * time.Hour, "CST+11:00:00": -11 * time.Hour, "CST-0:00:00": 0}
	for zone, offset := range zones {
		for name, c := range map[string]struct {
			period Period
			want   func(wall time.Time) (from, to time.Time)
		}{
			"today":     {Period{}, func(w time.Time) (time.Time, time.Time) { return midnight(w), w }},
			"yesterday": {Period{Yesterday: true}, func(w time.Time) (time.Time, time.Time) { return midnight(w).AddDate(0, 0, -1), midnight(w) }},
			"last":      {Period{Last: 90 * time.Minute}, func(w time.Time) (time.Time, time.Time) { return w.Add(-90 * time.Minute), w }},
		} {
			t.Run(zone+" "+name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					time.Sleep(30*24*time.Hour + 10*time.Minute) // now is not a whole hour
					wall := time.Now().UTC().Add(12*time.Hour + offset)
					hour := wall.Truncate(time.Hour)
					list := simulator.Span(hour.AddDate(0, 0, -3), hour, time.Hour, 2000)
					b := setUp(t, simulator.Config{Zone: zone, Channels: []simulator.Channel{{Recordings: list}}})
					b.options.Period = c.period
					b.start()
					b.finish()
					from, to := c.want(wall)
					var want []string
					for _, rec := range list {
						if rec.End.After(from) && rec.Start.Before(to) {
							want = append(want, rec.Start.Format("20060102-150405"))
						}
					}
					got := b.files()
					if len(want) == 0 || len(got) != len(want) {
						t.Fatalf("%d files from %v to %v, want %d: %v", len(got), from, to, len(want), got)
					}
					for _, start := range want {
						if !slices.ContainsFunc(got, func(path string) bool { return strings.Contains(path, start) }) {
							t.Errorf("nothing of %s in %v", start, got)
						}
					}
				})
			})
		}
	}
}

// TestTheHourThatAutumnRepeats has two recordings with the same wall clock
// times. Both are kept, in this run and the next.
func TestTheHourThatAutumnRepeats(t *testing.T) {
	autumn := time.Date(2000, 10, 29, 0, 0, 0, 0, time.UTC)
	for _, kind := range []simulator.Kind{simulator.NVR, simulator.Camera} {
		synctest.Test(t, func(t *testing.T) {
			time.Sleep(time.Until(autumn.Add(time.Hour)))
			at := func(hour, minute int, name string) simulator.Recording {
				start := autumn.Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute)
				return simulator.Recording{Start: start, End: start.Add(30 * time.Minute), Size: 20_000, Name: name}
			}
			b := setUp(t, simulator.Config{Kind: kind, Zone: kiev, Channels: []simulator.Channel{{Recordings: []simulator.Recording{
				at(2, 30, "before"), at(3, 0, "summer1"), at(3, 30, "summer2"), at(3, 0, "winter1"), at(3, 30, "winter2"), at(4, 0, "behind"),
			}}}})
			for run := range 2 {
				b.start()
				if s := b.finish(); s.Counts[Done] != 1 {
					t.Fatalf("run %d: states %v, cameras %+v", run, states(&s), s.Cameras)
				}
				if got := b.files(); len(got) != 6 {
					t.Fatalf("run %d: %d files of 6 recordings: %v", run, len(got), got)
				}
			}
		})
	}
}

// TestWhatIsStillBeingWritten leaves an unfinished recording alone until it has
// been over for a while, says so, and gets it whole in the next run.
func TestWhatIsStillBeingWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		noon := day.Add(12 * time.Hour)
		list := simulator.Span(noon.Add(-45*time.Minute), noon.Add(15*time.Minute), 15*time.Minute, 90_000)
		list[3].Growing = true
		b := setUp(t, simulator.Config{
			Quirks:   simulator.Quirks{Unsettled: 80 * time.Second},
			Channels: []simulator.Channel{{Recordings: list}},
		})
		time.Sleep(30 * time.Second) // the third recording is over, but not settled
		b.start()
		b.finish()
		if got := b.files(); len(got) != 2 {
			t.Fatalf("half a minute after noon: %v", got)
		}
		if !slices.ContainsFunc(b.events(), func(e Event) bool {
			return e.Type == EventNotice && strings.Contains(e.Message, "2 recordings still being written")
		}) {
			t.Error("nothing was said about the two that were left out")
		}
		time.Sleep(17 * time.Minute)
		b.start()
		b.finish()
		b.mustHold("10.0.0.1", 101)
	})
}

// TestGoneOnesThatSayBadParameters ends with the recordings that still exist.
func TestGoneOnesThatSayBadParameters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		config := simulator.Config{Channels: channels(1, 3, 20_000)}
		config.Channels[0].Recordings[0].Fault = simulator.Refusal(http.StatusBadRequest, "badParameters")
		b := setUp(t, config)
		b.start()
		s := b.finish()
		if s.Counts[Incomplete] != 1 || s.Cameras[0].Failure.Kind != nvr.Gone.String() || len(b.files()) != 2 {
			t.Errorf("states %v, failure %+v, files %v", states(&s), s.Cameras[0].Failure, b.files())
		}
	})
}

// TestSeveralHabitsAtOnce fetches from the recorders of the demo, including the
// odd one, in simulated time.
func TestSeveralHabitsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := setUp(t, simulator.Demo(time.Now().Add(12*time.Hour))...) // when setUp returns
		for i := range b.list {
			config := b.recorders[b.list[i].Address.Host].Config()
			b.list[i].Login = nvr.Login{User: config.User, Password: nvr.Secret(config.Password)}
		}
		b.start()
		began := time.Now()
		s := b.finish()
		if s.Counts[Done] == 0 || s.Counts[Incomplete] != 1 || s.Counts[Failed] != 1 || s.Counts[Done]+s.Counts[Empty]+2 != len(s.Cameras) {
			t.Fatalf("states %v, %+v", states(&s), s.Cameras)
		}
		if took := time.Since(began); took > 2*time.Minute {
			t.Errorf("it took %v", took)
		}
		for host, rec := range b.recorders {
			sick := func(track int) bool {
				return slices.ContainsFunc(s.Cameras, func(c CameraView) bool {
					return b.list[c.Recorder-1].Address.Host == host && int(c.Track) == track && (c.State == Incomplete || c.State == Failed)
				})
			}
			if tracks := slices.DeleteFunc(rec.Tracks(), sick); len(tracks) == len(rec.Tracks()) {
				b.mustHold(host, tracks...)
			}
		}
		if missing := s.Recordings - s.Files; missing != 1 {
			t.Errorf("%d recordings are missing", missing)
		}
	})
}

// TestSizesThatAreTooLarge has a recorder whose search announces more than its
// files have. That must not fail for ever.
func TestSizesThatAreTooLarge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := setUp(t, simulator.Config{Quirks: simulator.Quirks{WrongSize: 500}, Channels: channels(1, 2, 20_000)})
		b.start()
		if s := b.finish(); s.Counts[Done] != 1 {
			t.Fatalf("states %v, %+v", states(&s), s.Cameras)
		}
		b.mustHold("10.0.0.1", 101)
	})
}

// TestTheClockOfSearchesIsTold has a recorder that, unlike others, searches by
// UTC, which its newest recordings reveal.
func TestTheClockOfSearchesIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		seven := day.Add(7 * time.Hour) // on its clock, when setUp returns
		b := setUp(t, simulator.Config{
			Zone: "CST+5:00:00", Quirks: simulator.Quirks{Clock: simulator.TrueUTC},
			Channels: []simulator.Channel{{Recordings: simulator.Span(seven.Add(-4*time.Hour), seven.Add(-time.Hour), time.Hour, 20_000)}},
		})
		b.start()
		b.finish()
		b.mustHold("10.0.0.1", 101)
		told := func(e Event) bool { return e.Type == EventNotice && strings.Contains(e.Message, "searches by UTC") }
		if n := len(slices.DeleteFunc(b.events(), func(e Event) bool { return !told(e) })); n != 1 {
			t.Errorf("told %d times", n)
		}
	})
}
