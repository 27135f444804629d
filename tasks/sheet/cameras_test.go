package sheet_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks"
	"example.com/hikgrab/tasks/sheet"
)

func TestParseCameras(t *testing.T) {
	for list, want := range map[string]string{
		"":                 "all",
		" ":                "all",
		"all":              "all",
		"ALL":              "all",
		"*":                "all",
		"Все":              "all",
		"\u00a0всё ":       "all",
		"1":                "1",
		"1,3":              "1 3",
		"1-4":              "1 2 3 4",
		"1 - 4":            "1 2 3 4",
		"1–4":              "1 2 3 4",
		"1..3":             "1 2 3",
		"2; 5 7":           "2 5 7",
		"2;\u00a05\n7":     "2 5 7",
		"'1-4":             "1 2 3 4",
		"D3":               "3",
		"d1-D4, 7":         "1 2 3 4 7",
		"D1 D2":            "1 2",
		"101":              "101",
		"201":              "201",
		"101,201":          "101 201",
		"101, 103":         "101 103",
		"101-301":          "101 201 301",
		"1201":             "1201",
		"100":              "100",
		"104":              "104",
		"ch101":            "101",
		"CH 101, ch1":      "101 1",
		"ch100-ch103":      "100 101 102 103",
		"99-100":           "99 100",
		"1,1,1-2":          "1 2",
		"канал 5":          "5",
		"1,":               "1",
		"\u200b1;\ufeff2 ": "1 2",
	} {
		got, err := sheet.ParseCameras(list)
		if err != nil {
			t.Errorf("%q: %v", list, err)
		} else if picks(got) != want {
			t.Errorf("%q is %q, want %q", list, picks(got), want)
		}
	}
	ch101, _ := sheet.ParseCameras("ch101")
	if (ch101[0] != tasks.Pick{Channel: 101}) {
		t.Errorf("ch101 is %+v", ch101[0])
	}
	track, _ := sheet.ParseCameras("101")
	if (track[0] != tasks.Pick{Channel: 1, Stream: nvr.Main}) {
		t.Errorf("101 is %+v", track[0])
	}
}

func TestParseCamerasRefuses(t *testing.T) {
	for list, want := range map[string]string{
		"0":          "channels go from 1",
		"0-4":        "channels go from 1",
		"1000":       "channels go from 1",
		"1-99999":    "channels go from 1",
		"4-1":        "from a smaller to a larger",
		"1-101":      "from a smaller to a larger",
		"101-202":    "from a smaller to a larger",
		"all, 3":     "write all",
		"3 все":      "write all",
		"1.3":        "one number",
		"101.201":    "one number",
		"101201":     "one number",
		"101201301":  "not a list of cameras",
		"01.04.2026": "a date",
		"2026-04-01": "a date",
		"4-Jan":      "a date",
		"Jan-04":     "a date",
		"04.янв":     "a date",
		"lobby":      "not a list of cameras",
		"1/2":        "not a list of cameras",
		"-":          "not a list of cameras",
		"1-":         "not a list of cameras",
		"1-2-3":      "not a list of cameras",
		",;":         "not a list of cameras",
		"-1":         "not a list of cameras",
		"1e3":        "not a list of cameras",
	} {
		got, err := sheet.ParseCameras(list)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q gives %v and %v, want an error with %q", list, got, err, want)
		}
	}
}

func TestCamerasByName(t *testing.T) {
	const header = "host\tuser\tpassword\tcameras\n10.0.0.5\tadmin\tpw\t"
	for cell, want := range map[string]string{
		"Вход, Лифт":          "<Вход> <Лифт>",
		"Вход;Лифт ; 3":       "<Вход> <Лифт> 3",
		"  Вход   в  цех ":    "<Вход в цех>",
		"«Вход, левый»; Вход": "<Вход, левый> <Вход>",
		"«7»; 7":              "<7> 7",
		"lobby":               "<lobby>",
		"Camera 01":           "<Camera 01>",
		"1-4; Склад":          "1 2 3 4 <Склад>",
		"Вход; Вход":          "<Вход>",
	} {
		if got := picks(read(t, write(t, "tasks.csv", header+cell)).Tasks[0].Cameras); got != want {
			t.Errorf("%q is %q, want %q", cell, got, want)
		}
	}
	for cell, want := range map[string]string{
		"Вход; all": "write all", "Вход; 4-1": "from a smaller", "1/2": "not a list of cameras", "1e3": "not a list of cameras", "Вход; 1/2": "not a list of cameras",
		"04.янв": "a date", "pw": "a name here is a password elsewhere in the sheet",
	} {
		if got := faults(t, write(t, "tasks.csv", header+cell)); len(got) != 1 || !strings.Contains(got[0], want) {
			t.Errorf("%q: %q, want %q", cell, got, want)
		}
	}
	equal(t, faults(t, write(t, "tasks.csv", "admin,1,10.0.0.5,hunter2")), []string{ // columns mixed up
		"tasks.csv  D1: cameras can be named only below a header, because without one this may be a password; put recorder, user, password, cameras above",
	})
}

// Numbers in a sheet are judged by how they are shown.
func TestCamerasRoundTripThroughASheet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := anyPicks().Draw(t, "picks")
		var items []string
		for _, p := range list {
			items = append(items, cameraText(p))
		}
		separator := rapid.SampledFrom([]string{",", ";", " ", ", ", "; ", "\n"}).Draw(t, "separator")
		got, err := sheet.ParseCameras(strings.Join(items, separator))
		if err != nil || picks(got) != picks(list) || len(got) != len(list) {
			t.Fatalf("%v reads back as %v (%v)", list, got, err)
		}
	})
}

func cameraText(p tasks.Pick) string {
	if p.Stream == 0 {
		return "ch" + picks([]tasks.Pick{p})
	}
	return picks([]tasks.Pick{p})
}

func anyPicks() *rapid.Generator[[]tasks.Pick] {
	pick := rapid.Custom(func(t *rapid.T) tasks.Pick {
		return tasks.Pick{
			Channel: rapid.IntRange(1, 999).Draw(t, "channel"),
			Stream:  nvr.Stream(rapid.IntRange(0, 3).Draw(t, "stream")),
		}
	})
	return rapid.SliceOfNDistinct(pick, 1, 12, rapid.ID[tasks.Pick])
}

func FuzzParseCameras(f *testing.F) {
	for _, seed := range []string{"all", "1,3", "1-4", "2; 5 7", "D3", "101,201", "ch101", "1.3", "04.янв", "1-999,1-999", "'1–4"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, list string) {
		got, err := sheet.ParseCameras(list)
		if err != nil {
			return
		}
		if len(got) > 4*999 {
			t.Fatalf("%q gives %d cameras", list, len(got))
		}
		seen := map[tasks.Pick]bool{}
		for _, p := range got {
			if p.Channel < 1 || p.Channel > 999 || p.Stream < 0 || p.Stream > nvr.Photo || seen[p] {
				t.Fatalf("%q gives %+v", list, got)
			}
			seen[p] = true
		}
	})
}
