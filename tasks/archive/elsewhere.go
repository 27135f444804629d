package archive

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Distant is a finished file as one machine reports it to another: its manifest
// line, and what is needed to recognize the recording. It comes from JSON or
// from an archive.
type Distant struct{ r record }

// Network returns the recorder's network; empty is none.
func (d Distant) Network() string { return d.r.Network }

// Recorder returns the recorder's address, in the form of nvr.Address.String.
func (d Distant) Recorder() string { return d.r.Recorder }

// Finished returns the file as its machine's archive describes it. The path is
// for people: nothing is ever opened or written by it.
func (d Distant) Finished() (File, Finished) {
	return entryOf(&d.r).file(), d.r.finished()
}

// Remote returns the recording as one that a machine has.
func (d Distant) Remote(machine, by string) Remote {
	d.r.Machine, d.r.By = machine, by
	return remoteOf(d.r)
}

// MarshalJSON writes the file as a line of the journal.
func (d Distant) MarshalJSON() ([]byte, error) { return json.Marshal(d.r) }

// UnmarshalJSON reads what MarshalJSON wrote. It cleans everything, like text
// from a sheet.
func (d *Distant) UnmarshalJSON(text []byte) error {
	var r record
	if err := json.Unmarshal(text, &r); err != nil {
		return err
	}
	if r.ID == (recordingID{}) || r.Path == "" || r.Bytes < 0 || r.Form != asSent && r.Form != asMovie || readWall(r.Start).IsZero() || readWall(r.End).IsZero() {
		return errors.New("not a finished file")
	}
	r.Type, r.Machine, r.By, r.Catalogue = elsewhereRecord, "", "", ""
	r.Recorder, r.Label, r.Camera, r.Codec, r.Network, r.Kind = field(r.Recorder), field(r.Label), field(r.Camera), field(r.Codec), field(r.Network), field(r.Kind)
	const longest = 1024
	r.Path = strings.TrimSpace(printable(r.Path[:min(len(r.Path), longest)]))
	if readWall(r.Begins).IsZero() {
		r.Begins = ""
	}
	r.Failure, r.Problem, r.Version, r.Tree, r.Origin = "", "", 0, "", Origin{}
	notes := r.Notes
	r.Notes = nil
	r.remark(notes...)
	d.r = r
	return nil
}

// Remote is a recording that another machine has.
type Remote struct {
	ID      recordingID `json:"id"`
	Form    form        `json:"format,omitzero"`
	Clip    clip        `json:"clip,omitzero"`
	Stays   bool        `json:"stays,omitzero"` // it cannot be made into an MP4
	Bytes   int64       `json:"bytes,omitzero"` // as the recorder sent it
	Machine string      `json:"machine,omitzero"`
	By      string      `json:"by,omitzero"`
}

// serves reports whether the file is what an item asks for.
func (k Remote) serves(it Item) bool {
	movie, _ := it.wants()
	if k.Form == asSent {
		return !movie || k.Stays
	}
	return movie && (k.Clip == it.clip() || k.Clip != (clip{}) && k.Clip.contains(it.clip()))
}

// site is a recorder in a network.
type site struct{ network, recorder string }

// believe adds a file of another machine. It reports whether that was news.
func (x *index) believe(at site, k Remote) bool {
	if x.elsewhere[at] == nil {
		x.elsewhere[at] = map[recordingID][]Remote{}
	}
	there := x.elsewhere[at][k.ID]
	if slices.ContainsFunc(there, k.same) {
		return false
	}
	if there == nil {
		x.order[at] = append(x.order[at], k.ID)
	}
	x.elsewhere[at][k.ID] = append(there, k)
	return true
}

// same reports whether the two are one file.
func (k Remote) same(o Remote) bool { return o.By == k.By && o.Form == k.Form && o.Clip == k.Clip }

func remoteOf(r record) Remote {
	return Remote{ID: r.ID, Form: r.Form, Clip: r.Clip, Stays: r.Stays, Bytes: max(r.Fetched, r.Bytes), Machine: r.Machine, By: r.By}
}

// NoteElsewhere adds a machine's files to this archive's catalogue. By is the
// machine's key, which identifies it; machine is its name. It returns which of
// the files were news, once all survive a power cut.
func (a *Archive) NoteElsewhere(machine, by string, files []Distant) ([]bool, error) {
	news := make([]bool, len(files))
	lines := make([]record, 0, len(files))
	a.mu.Lock()
	for i, f := range files {
		r := f.r
		r.Type, r.Machine, r.By = elsewhereRecord, field(machine), by
		if slices.ContainsFunc(a.index.elsewhere[site{r.Network, r.Recorder}][r.ID], remoteOf(r).same) {
			continue
		}
		news[i] = true
		lines = append(lines, r)
	}
	a.mu.Unlock()
	if len(lines) == 0 {
		return news, nil
	}
	if err := a.noteOnDisk(lines...); err != nil {
		return nil, err
	}
	return news, nil
}

// Believe adds what others have of a recorder, for as long as the archive is
// open.
func (a *Archive) Believe(network, recorder string, known []Remote) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, k := range known {
		k.Machine = field(k.Machine)
		a.index.believe(site{network, recorder}, k)
	}
}

// Elsewhere returns the name of a machine other than by that has the recording,
// and how many bytes of it the recorder sent.
func (a *Archive) Elsewhere(it Item, by string) (machine string, bytes int64, ok bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, k := range a.index.elsewhere[site{it.Network, it.Recorder}][identify(it)] {
		if k.By != by && k.serves(it) {
			return k.Machine, k.Bytes, true
		}
	}
	return "", 0, false
}

// ElsewhereOf returns what machines other than by have of a recorder: a page of
// up to most recordings from a position on, and the position of the next page,
// or 0 after the last.
func (a *Archive) ElsewhereOf(network, recorder, by string, from, most int) (page []Remote, next int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	at := site{network, recorder}
	order := a.index.order[at]
	if from < 0 || from >= len(order) {
		return nil, 0
	}
	to := min(from+most, len(order))
	for _, id := range order[from:to] {
		for _, k := range a.index.elsewhere[at][id] {
			if k.By != by {
				page = append(page, k)
			}
		}
	}
	if to < len(order) {
		next = to
	}
	return page, next
}

// Untold returns the existing finished files that the catalogue of that name
// does not have yet.
func (a *Archive) Untold(catalogue string) ([]Distant, error) {
	var all []Distant
	err := a.eachDone(func(r record) {
		if told := a.latestOf(toldOf(r, catalogue)).Catalogue == catalogue; r.own() && !told && a.present(a.known(r.fileID())) {
			all = append(all, a.distant(r))
		}
	})
	return all, a.fail("read", journalName, err)
}

// own reports whether a finished file is a recording fetched here.
func (r *record) own() bool { return r.Tree == "" && r.Machine == "" }

// distant returns a finished file as reported to others.
func (a *Archive) distant(done record) Distant {
	a.mu.Lock()
	defer a.mu.Unlock()
	done.Type, done.Stays = elsewhereRecord, a.index.stays[done.ID]
	return Distant{done}
}

// NoteTold notes that a catalogue has files of this archive.
func (a *Archive) NoteTold(catalogue string, files []Distant) error {
	lines := make([]record, len(files))
	for i, f := range files {
		lines[i] = toldOf(f.r, catalogue)
	}
	return a.note(lines...)
}

func toldOf(r record, catalogue string) record {
	return record{Type: toldRecord, ID: r.ID, Path: r.Path, SHA256: r.SHA256, Catalogue: catalogue}
}

// Catalogue returns the name of the catalogue that this archive keeps, or gives
// it the name made.
func (a *Archive) Catalogue(made string) (string, error) {
	if name := a.latestOf(record{Type: catalogueRecord}).Catalogue; name != "" {
		return name, nil
	}
	if err := a.noteOnDisk(record{Type: catalogueRecord, Catalogue: made}); err != nil {
		return "", err
	}
	return made, nil
}

// WithFinished calls tell with every finished file, once that file survives a
// power cut. The function must return soon.
func WithFinished(tell func(Distant)) Option { return func(a *Archive) { a.finished = tell } }

// FleetName is the name of the list of all files of a fleet.
const FleetName = "fleet.csv"

// fleetHeader is the first line of fleet.csv: the manifest's with the machine
// and the network in front. A path is relative to the machine's own directory.
const fleetHeader = "machine,network,"

// WriteFleet writes fleet.csv: every reported file, once. If several machines
// have it, the first to report counts. The notes name the others, and the
// file's path here once it has been collected.
func (a *Archive) WriteFleet() (Written, error) {
	var order []FileKey
	lines := map[FileKey]record{}
	a.mu.Lock()
	for _, r := range a.index.distants {
		k := keyOf(&r)
		first, ok := lines[k]
		if !ok {
			order = append(order, k)
			lines[k] = r
			continue
		}
		first.Notes = slices.Clone(first.Notes)
		first.remark(fmt.Sprintf("also on %s: %s", r.Machine, r.Path))
		lines[k] = first
	}
	a.mu.Unlock()
	return a.WriteBeside(FleetName, func(w io.Writer) error {
		b := bufio.NewWriter(w)
		fmt.Fprintln(b, fleetHeader+manifestHeader)
		for _, k := range order {
			r := lines[k]
			if e, ok := a.home(&r); ok && e.brought {
				r.Notes = slices.Clone(r.Notes)
				r.remark("also here: " + e.path)
			}
			fmt.Fprintf(b, "%s,%s,%s", quoted(r.Machine), quoted(r.Network), r.row())
		}
		return b.Flush()
	})
}

// quoted returns text as a field of a table.
func quoted(text string) string {
	if text = cell(text); strings.ContainsAny(text, `",`) {
		return `"` + strings.ReplaceAll(text, `"`, `""`) + `"`
	}
	return text
}
