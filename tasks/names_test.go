package tasks

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/nvr/simulator"
)

func named(names ...string) simulator.Config {
	var c simulator.Config
	for i, name := range names {
		c.Channels = append(c.Channels, simulator.Channel{
			Number: i + 1, Name: name, Recordings: simulator.Span(day, day.Add(time.Hour), 30*time.Minute, 1000),
		})
	}
	return c
}

// TestCamerasByName fetches the cameras with the names of a row. Unknown names
// fail that row, and the failure lists the existing ones.
func TestCamerasByName(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := setUp(t, named("Вход", "Лифт, левый", "Склад"))
		b.list = []Task{
			b.task("10.0.0.1", Pick{Name: " вход "}, Pick{Channel: 2}),
			b.task("10.0.0.1", Pick{Name: "hunter2"}, Pick{Name: "СКЛАД"}, Pick{Name: "Двор"}),
		}
		b.list[1].Source = "tasks.xlsx  Sheet1!A3"
		b.start()
		s := b.finish()
		states := map[int]State{}
		var missing Failure
		for _, c := range s.Cameras {
			states[c.Channel] = c.State
			if c.Channel == 0 {
				missing = c.Failure
			}
		}
		if len(states) != 4 || states[1] != Done || states[2] != Done || states[3] != Done || states[0] != Failed {
			t.Errorf("states %v", states)
		}
		if missing.What != `2 camera names in tasks.xlsx  Sheet1!A3 are not on the recorder, which has: Вход; "Лифт, левый"; Склад` || missing.Remedy != CopyNames || missing.Kind != "camera" {
			t.Errorf("%+v", missing)
		}
		all := b.queue.Coverage()
		if first, second := b.list[0].Of(all), b.list[1].Of(all); len(first) != 3 || len(second) != 2 {
			t.Errorf("%d and %d cameras of the rows", len(first), len(second))
		}
	})
}

func TestSurveyFindsCamerasByName(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := setUp(t, named("Вход", "Склад"))
		b.list = []Task{b.task("10.0.0.1", Pick{Name: "склад"}), b.task("10.0.0.1", Pick{Name: "hunter2"})}
		var f Finding
		if err := Survey(t.Context(), b.list, b.options, func(got Finding) { f = got }); err != nil {
			t.Fatal(err)
		}
		if len(f.Cameras) != 2 || f.Cameras[0].Track != 201 || f.Cameras[0].Recordings != 2 || f.Cameras[1].Failure.Remedy != CopyNames {
			t.Errorf("%+v", f.Cameras)
		}
	})
}

func TestQuoteName(t *testing.T) {
	for name, want := range map[string]string{"Вход": "Вход", "7": `"7"`, "a, b": `"a, b"`, "a;b": `"a;b"`, `the "gate"`: `«the "gate"»`, "Camera 01": "Camera 01"} {
		if got := QuoteName(name); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
	many := make([]nvr.Channel, 300)
	if f := unknownNames(1, "row", many, time.Time{}); !strings.Contains(f.What, "no names") || f.Remedy != nvr.NameChannels {
		t.Error(f.What)
	}
}
