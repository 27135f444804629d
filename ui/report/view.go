package report

import (
	"cmp"
	"fmt"
	"html/template"
	"maps"
	"slices"
	"strings"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks"
	"example.com/hikgrab/ui/units"
)

type view struct {
	*Report
	Policy   string
	Style    template.CSS
	Script   template.JS
	Days     []dayView // latest first
	Troubles []trouble
	Paged    bool // one day at a time
}

type dayView struct {
	Date       string
	Recordings int
	Bad        int // cameras failed or incomplete
	Recorders  []recorderView
}

type recorderView struct {
	*Recorder
	Lines []line
}

type line struct {
	Recorder *Recorder
	Camera   *Camera
	*Day
}

// Title names the subject of the page.
func (v view) Title() string {
	var names []string
	for _, r := range v.Recorders {
		names = append(names, cmp.Or(r.Name, r.Recorder))
	}
	text := strings.Join(names, ", ")
	if len(names) > 4 {
		text = units.Count(len(names), "recorder")
	}
	switch n := len(v.Days); n {
	case 0:
		return strings.TrimSuffix("hikgrab — "+text, " — ")
	case 1:
		return text + " — " + v.Days[0].Date
	default:
		return text + " — " + v.Days[n-1].Date + " to " + v.Days[0].Date
	}
}

// Made returns when the report was made.
func (v view) Made() string { return v.Time.Format("2006-01-02 15:04:05") }

// Bad counts the cameras that failed or are incomplete.
func (v view) Bad() int {
	return v.States[tasks.Failed.String()] + v.States[tasks.Incomplete.String()]
}

// LastRuns returns the runs shown on the page.
func (v view) LastRuns() []Run { return v.Runs[:min(len(v.Runs), 20)] }

// days regroups the report by day.
func (r *Report) days() []dayView {
	at := map[string]*dayView{}
	for i := range r.Recorders {
		group := &r.Recorders[i]
		for j := range group.Cameras {
			c := &group.Cameras[j]
			for k := range c.Days {
				d := &c.Days[k]
				v := at[d.Date]
				if v == nil {
					v = &dayView{Date: d.Date}
					at[d.Date] = v
				}
				if n := len(v.Recorders); n == 0 || v.Recorders[n-1].Recorder != group {
					v.Recorders = append(v.Recorders, recorderView{Recorder: group})
				}
				last := &v.Recorders[len(v.Recorders)-1]
				last.Lines = append(last.Lines, line{group, c, d})
				v.Recordings += len(d.Recordings)
				if rank(d.State) < 2 {
					v.Bad++
				}
			}
		}
	}
	var all []dayView
	for _, date := range slices.Backward(slices.Sorted(maps.Keys(at))) {
		all = append(all, *at[date])
	}
	return all
}

func (r *Report) lines() (n int) {
	for _, group := range r.Recorders {
		for _, c := range group.Cameras {
			n += len(c.Days)
		}
	}
	return n
}

// Long returns the date with its weekday.
func (d dayView) Long() string {
	t, err := time.Parse(dayLayout, d.Date)
	if err != nil {
		return d.Date
	}
	return t.Format("Monday 2006-01-02")
}

// Shown returns the recorder's name, or else its address.
func (r recorderView) Shown() string { return cmp.Or(r.Name, r.Recorder.Recorder) }

// Label names the camera.
func (l line) Label() string { return label(l.Camera.Channel, l.Camera.Track, l.Camera.Camera) }

// Sought returns the text that the name filter searches.
func (l line) Sought() string {
	return strings.ToLower(l.Recorder.Name + " " + l.Recorder.Recorder + " " + l.Label())
}

// Size returns the size of the day's recordings in bytes.
func (l line) Size() (n int64) {
	for _, f := range l.Recordings {
		n += f.Bytes
	}
	return n
}

// Covered says how much of what the recorder had is on disk.
func (l line) Covered() string {
	had, have := length(l.Day.Lengths.Recorded), length(l.Day.Lengths.OnDisk)
	if had == have {
		return have
	}
	return have + " of " + had
}

// reasonsOfDay limits the sentences under a camera's day; the timeline shows
// everything.
const reasonsOfDay = 4

// Reasons returns the first stretches that are missing, each with its reason.
func (l line) Reasons() []Missing { return l.Missing[:min(len(l.Missing), reasonsOfDay)] }

// Further returns how many Reasons omits.
func (l line) Further() int { return max(0, len(l.Missing)-reasonsOfDay) }

// label names a camera: "ch02 sub Gate".
func label(channel, track int, name string) string {
	return strings.TrimSpace(tasks.CameraView{Channel: channel, Stream: nvr.Track(track).Stream()}.Label() + " " + name)
}

// trouble is a failure shared by cameras of one recorder.
type trouble struct {
	Failure
	Labels []string
}

// troubles groups equal failures of a recorder's cameras.
func (r *Report) troubles() []trouble {
	var all []trouble
	for _, f := range r.Failures {
		name := label(f.Channel, f.Track, f.Camera)
		i := slices.IndexFunc(all, func(t trouble) bool {
			return t.Recorder == f.Recorder && t.State == f.State && t.What == f.What && t.Remedy == f.Remedy
		})
		if i < 0 {
			all = append(all, trouble{f, []string{name}})
			continue
		}
		all[i].Labels = append(all[i].Labels, name)
	}
	return all
}

// Who names the cameras.
func (t trouble) Who() string {
	const most = 6
	if n := len(t.Labels) - most; n > 1 {
		return strings.Join(t.Labels[:most], ", ") + fmt.Sprintf(" and %d more", n)
	}
	return strings.Join(t.Labels, ", ")
}

// Times returns the begin and end of a stretch.
func (s stretch) Times() string {
	from, to := clock(s.At), clock(s.At+s.Lasts)
	if strings.HasSuffix(from, ":00") && strings.HasSuffix(to, ":00") {
		from, to = from[:5], to[:5]
	}
	return from + "–" + to
}

// Clock returns the time of day that a still shows.
func (s Still) Clock() string { return clock(s.At) }

// Form tells the script the kind of file; empty if every browser plays it.
func (f Recording) Form() string {
	switch {
	case strings.HasSuffix(f.Path, ".jpg"):
		return "photo"
	case !strings.HasSuffix(f.Path, ".mp4"):
		return "raw"
	case f.Codec == "H.264":
		return ""
	}
	return f.Codec
}
