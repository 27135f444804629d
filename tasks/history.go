package tasks

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks/archive"
)

// History is what the journal knows of one camera from all runs.
type History struct {
	archive.CameraKey        // Track 0: a recorder whose cameras are unknown
	Label             string // the operator's name for the recorder
	Name              string // the recorder's name for the camera
	Outcome           archive.Outcome
	Machines          []string // others that have files of it
	Days              []Day    // earliest first; of those without a file only the latest 366
}

// latestDays limits the days of a camera without a file: a sheet may ask for
// decades.
const latestDays = 366

// Histories returns what is known of every camera, in the recorders' order in
// their latest run, otherwise by name and address, then by camera. Files are
// from archive.Recordings.
func Histories(a *archive.Archive, files []archive.Recording) []History {
	all := map[archive.CameraKey]*past{}
	of := func(key archive.CameraKey) *past {
		if all[key] == nil {
			all[key] = &past{History: History{CameraKey: key}}
		}
		return all[key]
	}
	for _, f := range files {
		of(archive.CameraKey{Recorder: f.Recorder, Track: f.Track}).add(f)
	}
	distant, _ := a.Distants(0)
	for _, d := range distant {
		_, f := d.Finished()
		h := of(archive.CameraKey{Recorder: f.Recorder, Track: f.Track})
		h.call(f.Label, f.Camera)
		if h.told == nil {
			h.told = map[string][]Span{}
		}
		h.told[d.Machine()] = append(h.told[d.Machine()], Span{From: f.Start, To: f.End})
	}
	for key, o := range a.CameraOutcomes() {
		if slices.Contains(stateNames[:], o.State) {
			h := of(key)
			h.Outcome = o
			h.call(o.Label, o.Camera)
		}
	}
	places := map[string]int{}
	for key, c := range a.Coverages() {
		of(key).remember(c)
		if at, ok := places[key.Recorder]; c.Place > 0 && (!ok || c.Place < at) {
			places[key.Recorder] = c.Place
		}
	}
	dropAnswered(all)
	named := map[string]*past{} // of each recorder's cameras, the one that ended last
	for key, h := range all {
		last := named[key.Recorder]
		if h.Label != "" && (last == nil || cmp.Or(h.Outcome.At.Compare(last.Outcome.At), strings.Compare(h.Label, last.Label)) > 0) {
			named[key.Recorder] = h
		}
	}
	list := make([]History, 0, len(all))
	for key, h := range all {
		if last := named[key.Recorder]; last != nil {
			h.Label = last.Label
		}
		h.split()
		list = append(list, h.History)
	}
	place := func(h History) int {
		if n, ok := places[h.Recorder]; ok {
			return n
		}
		return math.MaxInt
	}
	slices.SortFunc(list, func(a, b History) int {
		return cmp.Or(cmp.Compare(place(a), place(b)), strings.Compare(a.Label, b.Label), strings.Compare(a.Recorder, b.Recorder), cmp.Compare(a.Track, b.Track))
	})
	return list
}

// dropAnswered removes the placeholder lines of unreached recorders, as far as
// their cameras have been asked for since.
func dropAnswered(all map[archive.CameraKey]*past) {
	for key, h := range all {
		if key.Track != 0 {
			continue
		}
		var since []Span
		superseded := h.Outcome.State != Failed.String()
		for other, o := range all {
			if other.Recorder == key.Recorder && other.Track != 0 {
				since = append(since, o.asked...)
				superseded = superseded || o.Outcome.At.After(h.Outcome.At)
			}
		}
		h.asked = without(union(h.asked), union(since))
		var left []Absence
		for _, m := range h.missing {
			for _, part := range within([]Span{m.Span}, h.asked) {
				left = append(left, Absence{part, m.Why, m.Failure})
			}
		}
		if h.missing = left; superseded {
			h.Outcome = archive.Outcome{}
		}
		if superseded && len(left) == 0 {
			delete(all, key)
		}
	}
}

// past is a History under construction.
type past struct {
	History
	files                          []archive.Recording
	asked, onDisk, gone, elsewhere []Span
	told                           map[string][]Span // what machines have, by their name
	missing                        []Absence
}

// call sets the names of the camera and its recorder; the latest counts.
func (h *past) call(label, name string) {
	h.Label, h.Name = cmp.Or(label, h.Label), cmp.Or(name, h.Name)
}

func (h *past) add(f archive.Recording) {
	h.call(f.Label, f.Camera)
	if !f.There {
		h.gone = append(h.gone, Span{From: f.Start, To: f.End})
		return
	}
	h.files = append(h.files, f)
	h.onDisk = append(h.onDisk, Span{From: f.Start, To: f.End})
}

func (h *past) remember(c archive.Coverage) {
	h.asked = c.Asked
	for _, m := range c.Missing {
		cause := c.CauseOf(m)
		h.missing = append(h.missing, Absence{m.Span(), m.Why, Failure{Kind: cause.Kind, What: cause.What, Remedy: nvr.Remedy(cause.Remedy)}})
	}
}

func (h *past) split() {
	h.onDisk = joined(h.onDisk)
	for _, machine := range slices.Sorted(maps.Keys(h.told)) {
		if there := without(joined(h.told[machine]), h.onDisk); len(there) > 0 {
			h.Machines = append(h.Machines, machine)
			h.elsewhere = append(h.elsewhere, there...)
		}
	}
	h.elsewhere = joined(h.elsewhere)
	here := union(slices.Concat(h.onDisk, h.elsewhere))
	for _, s := range without(joined(h.gone), here) {
		h.missing = append(h.missing, Absence{Span: s, Why: WhyGone})
	}
	days := map[time.Time]*Day{}
	of := func(date time.Time) *Day {
		if days[date] == nil {
			days[date] = &Day{Date: date}
		}
		return days[date]
	}
	for _, f := range h.files {
		d := of(midnight(f.Start))
		d.Files = append(d.Files, f)
	}
	share := func(spans []Span, part func(*Day) *[]Span) {
		for date, s := range eachDay(spans) {
			of := part(of(date))
			*of = append(*of, s)
		}
	}
	share(h.onDisk, func(d *Day) *[]Span { return &d.OnDisk })
	share(h.elsewhere, func(d *Day) *[]Span { return &d.Elsewhere })
	share(h.asked, func(d *Day) *[]Span { return &d.Asked })
	for _, m := range h.missing {
		for date, s := range eachDay(without([]Span{m.Span}, here)) {
			d := of(date)
			d.Missing = append(d.Missing, Absence{s, m.Why, m.Failure})
		}
	}
	h.Days = make([]Day, 0, len(days))
	empty := 0
	for _, date := range slices.SortedFunc(maps.Keys(days), func(a, b time.Time) int { return b.Compare(a) }) {
		d := days[date]
		if len(d.OnDisk)+len(d.Files)+len(d.Elsewhere) == 0 {
			if empty++; empty > latestDays {
				continue
			}
		}
		d.State = d.state()
		h.Days = append(h.Days, *d)
	}
	slices.Reverse(h.Days)
	h.blame()
}

// blame marks the days of a failed latest run if none of them shows the
// failure: a search that broke off leaves nothing known to be missing.
func (h *past) blame() {
	o := h.Outcome
	if !badEnd(o) {
		return
	}
	var about []*Day
	for i := range h.Days {
		d := &h.Days[i]
		if d.Date.AddDate(0, 0, 1).Before(o.From) || !o.To.IsZero() && d.Date.After(o.To) {
			continue
		}
		if d.State == Failed || d.State == Incomplete {
			return
		}
		about = append(about, d)
	}
	for _, d := range about {
		d.State = Incomplete
	}
}
