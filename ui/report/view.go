package report

import (
	"cmp"
	"fmt"
	"html/template"
	"slices"
	"strings"
	"time"

	"example.com/hikgrab/tasks"
	"example.com/hikgrab/ui/units"
)

// view is what the template shows.
type view struct {
	*Report
	Policy   string
	Style    template.CSS
	Script   template.JS
	Days     []dayView // the latest first
	Troubles []trouble
	Paged    bool // one day at a time
}

// dayView is one day of all cameras.
type dayView struct {
	Date       string
	Recordings int
	Bad        int // cameras that failed or are incomplete
	Recorders  []recorderView
}

// recorderView is one day of a recorder.
type recorderView struct {
	*Recorder
	Lines []line
}

// line is one day of a camera.
type line struct {
	Recorder *Recorder
	Camera   *Camera
	*Day
}

// Title names what the page is about.
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

// Made is when the report was made.
func (v view) Made() string { return v.Time.Format("2006-01-02 15:04:05") }

// Sheets are the result sheets beside the page.
func (v view) Sheets() []string { return v.sheets }

// Bad counts the cameras that failed or are incomplete.
func (v view) Bad() int {
	return v.States[tasks.Failed.String()] + v.States[tasks.Incomplete.String()]
}

// LastRuns are those that the page tells of.
func (v view) LastRuns() []Run { return v.Runs[:min(len(v.Runs), 20)] }

// days turns the report around: by day first.
func (r *Report) days() []dayView {
	at := map[string]*dayView{}
	var dates []string
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
					dates = append(dates, d.Date)
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
	slices.Sort(dates)
	slices.Reverse(dates)
	all := make([]dayView, 0, len(dates))
	for _, date := range dates {
		all = append(all, *at[date])
	}
	return all
}

// lines counts the days of cameras.
func (r *Report) lines() (n int) {
	for _, group := range r.Recorders {
		for _, c := range group.Cameras {
			n += len(c.Days)
		}
	}
	return n
}

// Long names the day with its weekday.
func (d dayView) Long() string {
	t, err := time.Parse(dayLayout, d.Date)
	if err != nil {
		return d.Date
	}
	return t.Format("Monday 2006-01-02")
}

// Shown is what a recorder is called.
func (r recorderView) Shown() string { return cmp.Or(r.Name, r.Recorder.Recorder) }

// Label names the camera.
func (l line) Label() string { return label(l.Camera.Channel, l.Camera.Track, l.Camera.Camera) }

// Sought is what the filter by name looks into.
func (l line) Sought() string {
	return strings.ToLower(l.Recorder.Name + " " + l.Recorder.Recorder + " " + l.Label())
}

// Size is that of the day's recordings.
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

// Over are stretches that are on disk in files of the day before.
func (l line) Over() []Span { return l.over }

// reasonsOfDay bounds the sentences under a camera's day; the timeline has all.
const reasonsOfDay = 4

// Reasons say what is missing and why.
func (l line) Reasons() []Missing { return l.Missing[:min(len(l.Missing), reasonsOfDay)] }

// Further counts what Reasons leaves out.
func (l line) Further() int { return max(0, len(l.Missing)-reasonsOfDay) }

func label(channel, track int, name string) string {
	if channel == 0 {
		return "all cameras"
	}
	text := fmt.Sprintf("ch%02d", channel)
	switch track % 100 {
	case 2:
		text += " sub"
	case 3:
		text += " photo"
	}
	return strings.TrimSpace(text + " " + name)
}

// trouble is what cameras of one recorder have in common that failed.
type trouble struct {
	Failure
	Labels []string
}

// troubles brings together what happened to several cameras of a recorder.
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

// At is where a stretch begins, in seconds since midnight.
func (s stretch) At() int { return s.at }

// Lasts is how many seconds it takes.
func (s stretch) Lasts() int { return s.lasts }

// Clock is when a still shows its camera.
func (s Still) Clock() string { return clock(s.at) }

// Form tells the script what kind of file it is; empty for what every browser plays.
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

// Beside reports whether it is the second file of a recording.
func (f Recording) Beside() bool { return f.beside }
