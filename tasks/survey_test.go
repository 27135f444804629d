package tasks_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/nvr/simulator"
	"example.com/hikgrab/tasks"
)

// surveyed runs a survey of one simulated recorder inside a bubble. The
// recorder's clock shows noon of 2000-01-11. Rows get its address and, if they
// have none, its login.
func surveyed(t *testing.T, config simulator.Config, o tasks.Options, rows ...tasks.Task) (tasks.Finding, *simulator.Recorder) {
	t.Helper()
	time.Sleep(10*24*time.Hour + 12*time.Hour - time.Since(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)))
	var network simulator.Network
	defer network.Close()
	recorder := simulator.New(config)
	network.Handle("10.0.0.1:80", recorder)
	o.Dial = network.Dial
	for i := range rows {
		rows[i].Address = nvr.Address{Host: "10.0.0.1", Port: 80}
		if rows[i].Login.User == "" {
			rows[i].Login = nvr.Login{User: simulator.DefaultUser, Password: simulator.DefaultPassword}
		}
	}
	var findings []tasks.Finding
	if err := tasks.Survey(t.Context(), rows, o, func(f tasks.Finding) { findings = append(findings, f) }); err != nil {
		t.Fatal(err)
	}
	if len(findings) != 1 {
		t.Fatalf("%d findings of one recorder", len(findings))
	}
	return findings[0], recorder
}

// the day before the bubble's noon
var yesterday = time.Date(2000, 1, 10, 0, 0, 0, 0, time.UTC)

func recordedYesterday() []simulator.Recording {
	return simulator.Span(yesterday.Add(8*time.Hour), yesterday.Add(10*time.Hour), 15*time.Minute, 1_000_000)
}

func TestSurveyCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, _ := surveyed(t, simulator.Config{Channels: []simulator.Channel{
			{Name: "Gate", Recordings: recordedYesterday()}, {Number: 5, Name: "Roof", Offline: true, Recordings: recordedYesterday()[:3]},
		}}, tasks.Options{Period: tasks.Period{Yesterday: true}}, tasks.Task{Name: "Site", Source: "A2"})
		if !f.SignedIn || f.Failure.Kind != "" || f.Address != "10.0.0.1" || f.Name != "Site" || f.Source != "A2" || f.Device.Kind != nvr.NVR {
			t.Errorf("finding: %+v", f)
		}
		if len(f.Cameras) != 2 {
			t.Fatalf("%d cameras, want 2", len(f.Cameras))
		}
		gate, roof := f.Cameras[0], f.Cameras[1]
		if gate.Track != 101 || gate.Name != "Gate" || gate.Recordings != 8 || gate.Bytes != 8_000_000 || gate.Recorded != 2*time.Hour ||
			!gate.First.Equal(yesterday.Add(8*time.Hour)) || !gate.Last.Equal(yesterday.Add(10*time.Hour)) || gate.Reason != "" {
			t.Errorf("gate: %+v", gate)
		}
		if roof.Track != 501 || !roof.Offline || roof.Recordings != 3 {
			t.Errorf("roof: %+v", roof)
		}
	})
}

// A weekly check: how far back recordings go, even before the period, and
// whether the disks are healthy.
func TestSurveyTellsHowARecorderIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		old := simulator.Span(yesterday.AddDate(0, 0, -6), yesterday.AddDate(0, 0, -6).Add(time.Hour), 15*time.Minute, 1_000_000)
		f, _ := surveyed(t, simulator.Config{
			Disks: []simulator.Disk{{Capacity: 4 << 40}, {Status: "error"}},
			Channels: []simulator.Channel{
				{Recordings: recordedYesterday()},
				{Recordings: append(old, recordedYesterday()...)},
				{},
			},
		}, tasks.Options{Period: tasks.Period{Yesterday: true}}, tasks.Task{})
		if want := yesterday.AddDate(0, 0, -6); !f.Oldest.Equal(want) {
			t.Errorf("the oldest recording is of %v, want %v", f.Oldest, want)
		}
		if kept := f.Kept(time.Now()); kept.Round(time.Hour) != 7*24*time.Hour+12*time.Hour {
			t.Errorf("kept for %v", kept)
		}
		if len(f.Disks) != 2 || !f.Disks[0].Healthy() || f.Disks[1].Healthy() {
			t.Errorf("disks: %+v", f.Disks)
		}
	})
}

func TestSurveyAsksARefusedLoginOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wrong := nvr.Login{User: "admin", Password: "wrong"}
		f, recorder := surveyed(t, simulator.Config{}, tasks.Options{},
			tasks.Task{Login: wrong, Cameras: []tasks.Pick{{Channel: 1}}}, tasks.Task{Login: wrong, Cameras: []tasks.Pick{{Channel: 2}}})
		if f.SignedIn || f.Failure.Kind != nvr.Auth.String() || f.Failure.Remedy == "" {
			t.Errorf("finding: %+v", f)
		}
		if n := recorder.Stats().Auth.Refused; n != 1 {
			t.Errorf("the recorder refused %d logins, want 1", n)
		}
	})
}

func TestSurveyTriesAgainWhenTheRecorderIsBusy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var network simulator.Network
		defer network.Close()
		time.Sleep(10*24*time.Hour + 12*time.Hour)
		rec := simulator.New(simulator.Config{Channels: []simulator.Channel{{Recordings: recordedYesterday()}}})
		rec.Script(simulator.Search, simulator.Busy(3*time.Second))
		network.Handle("10.0.0.1:80", rec)
		task := tasks.Task{
			Address: nvr.Address{Host: "10.0.0.1", Port: 80}, Period: tasks.Period{Yesterday: true},
			Login: nvr.Login{User: simulator.DefaultUser, Password: simulator.DefaultPassword},
		}
		var f tasks.Finding
		if err := tasks.Survey(t.Context(), []tasks.Task{task}, tasks.Options{Dial: network.Dial}, func(got tasks.Finding) { f = got }); err != nil {
			t.Fatal(err)
		}
		if len(f.Cameras) != 1 || f.Cameras[0].Recordings != 8 || f.Cameras[0].Failure.Kind != "" {
			t.Errorf("finding: %+v", f)
		}
	})
}

func TestSurveySearchesChannelsThatTheRecorderDoesNotList(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		config := simulator.Config{
			Channels: []simulator.Channel{{Recordings: recordedYesterday()}},
			Quirks:   simulator.Quirks{RefuseDiscovery: true},
		}
		o := tasks.Options{Period: tasks.Period{Yesterday: true}}
		f, _ := surveyed(t, config, o, tasks.Task{Cameras: []tasks.Pick{{Channel: 1}}})
		if f.Failure.Kind != "" || len(f.Cameras) != 1 || f.Cameras[0].Recordings != 8 {
			t.Errorf("with the channel named: %+v", f)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		f, _ := surveyed(t, simulator.Config{Quirks: simulator.Quirks{RefuseDiscovery: true}}, tasks.Options{}, tasks.Task{})
		if f.Failure.Kind == "" || f.Failure.Remedy == "" {
			t.Errorf("without: %+v", f)
		}
	})
}

// "Why 0 recordings?" is what operators ask most.
func TestSurveySaysWhyThereIsNothing(t *testing.T) {
	channel := simulator.Channel{Recordings: recordedYesterday()}
	on := func(day int) tasks.Period {
		m := tasks.Moment{Day: time.Date(2000, 1, day, 0, 0, 0, 0, time.UTC)}
		return tasks.Period{From: m, To: m}
	}
	tests := map[string]struct {
		config simulator.Config
		task   tasks.Task
		want   []string
	}{
		"no such channel": {
			simulator.Config{Channels: []simulator.Channel{channel, channel, {Number: 5}}},
			tasks.Task{Cameras: []tasks.Pick{{Channel: 7}}, Period: on(10)},
			[]string{"no channel 7; it has 1-2, 5"},
		},
		"the future": {
			simulator.Config{Channels: []simulator.Channel{channel}},
			tasks.Task{Period: on(20)},
			[]string{"future", "2000-01-11 12:00"},
		},
		"another stream": {
			simulator.Config{Channels: []simulator.Channel{channel}},
			tasks.Task{Period: on(10), Stream: nvr.Sub},
			[]string{"no sub stream", "ask for main"},
		},
		"recorded before only": {
			simulator.Config{Channels: []simulator.Channel{channel}},
			tasks.Task{Period: on(11)},
			[]string{"not recording then", "from 2000-01-10 08:00 on"},
		},
		"recorded after only": {
			simulator.Config{Channels: []simulator.Channel{channel}},
			tasks.Task{Period: on(9)},
			[]string{"begin at 2000-01-10 08:00"},
		},
		"a gap": {
			simulator.Config{Channels: []simulator.Channel{{Recordings: append(
				simulator.Span(yesterday.AddDate(0, 0, -4), yesterday.AddDate(0, 0, -3), time.Hour, 1000), recordedYesterday()...,
			)}}},
			tasks.Task{Period: on(9)},
			[]string{"from 2000-01-06 00:00 on", "again from 2000-01-10 08:00"},
		},
		"clock": {
			simulator.Config{Channels: []simulator.Channel{channel}, ClockError: 26 * time.Hour},
			tasks.Task{Period: on(11)},
			[]string{"clock is 26 h fast", "from 2000-01-10 08:00 on"},
		},
		"offline and nothing at all": {
			simulator.Config{Channels: []simulator.Channel{{Offline: true}}},
			tasks.Task{Period: on(10)},
			[]string{"offline"},
		},
		"nothing at all": {
			simulator.Config{Channels: []simulator.Channel{{}}},
			tasks.Task{Period: on(10)},
			[]string{"schedule", "disk", "user admin"},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f, _ := surveyed(t, tt.config, tasks.Options{}, tt.task)
				if f.Failure.Kind != "" || len(f.Cameras) == 0 {
					t.Fatalf("finding: %+v", f)
				}
				c := f.Cameras[0]
				for _, want := range tt.want {
					if c.Recordings != 0 || !strings.Contains(c.Reason, want) {
						t.Errorf("%d recordings, reason %q; want %q in it", c.Recordings, c.Reason, want)
					}
				}
			})
		})
	}
}

// TestSurveySaysHowTheLoginStands has recorders that lock, that do not say
// whether they do, and one that has refused a login.
func TestSurveySaysHowTheLoginStands(t *testing.T) {
	locks := simulator.Auth{LockAfter: 5, LockFor: time.Hour}
	unchecked := map[simulator.Endpoint]simulator.Fault{simulator.UserCheck: simulator.NotSupported}
	silent := map[simulator.Endpoint]simulator.Fault{simulator.UserCheck: simulator.NotSupported, simulator.Capabilities: simulator.NotSupported}
	for name, tt := range map[string]struct {
		config simulator.Config
		login  nvr.Login
		want   int
	}{
		"it says so":         {config: simulator.Config{Auth: locks}, want: 5},
		"in capabilities":    {config: simulator.Config{Auth: locks, Always: unchecked}, want: 5},
		"not at all":         {config: simulator.Config{Auth: locks, Always: silent}},
		"one is used up":     {config: simulator.Config{Auth: locks}, login: nvr.Login{User: "admin", Password: "wrong"}, want: 4},
		"without a lock":     {config: simulator.Config{Auth: simulator.Auth{LockAfter: -1}}},
		"a camera says HTML": {config: simulator.Config{Kind: simulator.Camera, Auth: simulator.Auth{LockAfter: 5, Body: simulator.HTMLBody}}, login: nvr.Login{User: "admin", Password: "wrong"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f, recorder := surveyed(t, tt.config, tasks.Options{}, tasks.Task{Login: tt.login})
				if f.LoginTries != tt.want {
					t.Errorf("%d tries, want %d (failure %q)", f.LoginTries, tt.want, f.Failure.What)
				}
				if n := recorder.Stats().Auth.Refused; tt.login.User == "" && n > 0 || n > 1 {
					t.Errorf("%d logins were refused", n)
				}
			})
		})
	}
}

// TestSurveyTellsOfTheClock has a recorder that searches by another clock than
// others of its kind.
func TestSurveyTellsOfTheClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		// Its clock shows seven o'clock when the survey looks.
		seven := yesterday.AddDate(0, 0, 1).Add(7 * time.Hour)
		f, _ := surveyed(t, simulator.Config{
			Zone: "CST+5:00:00", Quirks: simulator.Quirks{Clock: simulator.TrueUTC},
			Channels: []simulator.Channel{{Recordings: simulator.Span(seven.Add(-4*time.Hour), seven, time.Hour, 1000)}},
		}, tasks.Options{}, tasks.Task{})
		if len(f.Notices) != 1 || f.Clock != nvr.ClockUTC || len(f.Cameras) != 1 || f.Cameras[0].Recordings != 3 || !f.Cameras[0].Last.Equal(seven.Add(-time.Hour)) {
			t.Errorf("%+v", f)
		}
	})
}

func TestSurveyOfADeviceWithoutADiskSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, _ := surveyed(t, simulator.Config{Always: map[simulator.Endpoint]simulator.Fault{
			simulator.Search: simulator.Refusal(http.StatusForbidden, "invalidOperation"),
		}}, tasks.Options{}, tasks.Task{})
		if len(f.Cameras) != 1 || f.Cameras[0].Failure.Remedy != nvr.CheckOwnDisk {
			t.Errorf("finding: %+v", f)
		}
	})
}

func TestSurveyWithoutTheRightSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, _ := surveyed(t, simulator.Config{Always: map[simulator.Endpoint]simulator.Fault{simulator.Search: simulator.Forbidden}}, tasks.Options{}, tasks.Task{})
		if len(f.Cameras) != 1 || f.Cameras[0].Failure.Kind != nvr.Forbidden.String() || f.Cameras[0].Failure.Remedy == "" {
			t.Errorf("finding: %+v", f)
		}
	})
}

func TestSurveyThatIsCutShort(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var network simulator.Network
		defer network.Close()
		silent := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
		list := make([]tasks.Task, 100)
		for i := range list {
			address := nvr.Address{Host: fmt.Sprintf("10.0.0.%d", i+1), Port: 80}
			network.Handle(fmt.Sprintf("%s:%d", address.Host, address.Port), silent)
			list[i] = tasks.Task{Address: address, Login: nvr.Login{User: "admin", Password: "secret"}}
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		err := tasks.Survey(ctx, list, tasks.Options{Dial: network.Dial}, func(f tasks.Finding) {
			t.Errorf("found although nobody answered: %+v", f)
		})
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, want the end of the context", err)
		}
	})
}

// Overlapping rows and unfinished recordings are counted as in a run.
func TestSurveyCountsWhatARunFetches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		noon := yesterday.AddDate(0, 0, 1).Add(12 * time.Hour)
		list := append(recordedYesterday(), simulator.Recording{Start: noon.Add(-10 * time.Minute), End: noon.Add(5 * time.Minute), Size: 1000, Growing: true})
		row := func(p tasks.Period) tasks.Task { return tasks.Task{Cameras: []tasks.Pick{{Channel: 1}}, Period: p} }
		f, _ := surveyed(t, simulator.Config{Channels: []simulator.Channel{{Recordings: list}}}, tasks.Options{},
			row(tasks.Period{Yesterday: true}), row(tasks.Period{Days: 2}), row(tasks.Period{Last: 26 * time.Hour}))
		if len(f.Cameras) != 1 || f.Cameras[0].Recordings != 8 {
			t.Errorf("finding: %+v", f.Cameras)
		}
	})
}

// What was found before a search failed is counted, and the list is reported as
// incomplete.
func TestSurveyOfASickTrack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, _ := surveyed(t, simulator.Config{Channels: []simulator.Channel{
			{Recordings: recordedYesterday()}, {SearchFault: simulator.DeviceError500}, {Recordings: recordedYesterday()},
		}}, tasks.Options{Period: tasks.Period{Yesterday: true}}, tasks.Task{})
		if f.Failure.Kind != "" || len(f.Cameras) != 3 || f.Cameras[0].Recordings+f.Cameras[2].Recordings != 16 || f.Cameras[1].Failure.Kind == "" {
			t.Errorf("finding: %+v", f)
		}
	})
}
