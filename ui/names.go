package ui

import (
	"slices"
	"strings"

	"example.com/hikgrab/tasks"
)

// recorderTitle is how a recorder is called on the screen: its address and the
// name the sheet gives it.
func recorderTitle(r *tasks.RecorderView) string {
	return join("  ", clean(r.Address), recorderLabel(r))
}

// title is how a recorder is called in w cells of the list: its name, and of
// the address what there is room for. Of those that would look alike the address
// stands in front.
func (r *rows) title(rec *tasks.RecorderView, w int) string {
	name, address := recorderLabel(rec), clean(rec.Address)
	switch {
	case name == "":
		return address
	case !r.alike[r.glyphs.cut(name, w)]:
		const worthIt = 8 // cells of an address
		if width(name)+2+worthIt > w {
			return r.glyphs.cut(name, w)
		}
		return r.glyphs.cut(name+"  "+address, w)
	case width(name)+2+width(address) <= w:
		return name + "  " + address
	}
	return r.glyphs.cut(address+"  "+name, w)
}

// alikeIn returns the names that more than one recorder has in w cells.
func (r *rows) alikeIn(w int) map[string]bool {
	all := make(map[string]bool, len(r.s.Recorders)) // whether there are several
	for i := range r.s.Recorders {
		name := r.glyphs.cut(recorderLabel(&r.s.Recorders[i]), w)
		_, all[name] = all[name]
	}
	return all
}

// namesWant is how many cells the names in the list would fill, within reason.
func (r *rows) namesWant() int {
	const most = 40
	want := 0
	for i := range r.s.Recorders {
		want = max(want, width(recorderLabel(&r.s.Recorders[i]))-1) // their column is one wider
	}
	for _, row := range r.visible() {
		if row.cam != nil {
			want = max(want, width(cameraTitle(row.cam)))
		}
	}
	return min(want, most)
}

// recorderLabel is the name that the sheet gives a recorder, else the one that
// somebody has given the device itself; empty when nobody has.
func recorderLabel(r *tasks.RecorderView) string {
	name := clean(r.Name)
	if name == "" && !slices.ContainsFunc(factoryNames, func(s string) bool { return strings.EqualFold(s, r.Device.Name) }) {
		name = clean(r.Device.Name)
	}
	return name
}

// factoryNames are what devices call themselves until somebody names them.
var factoryNames = []string{
	"Network Video Recorder", "Embedded Net DVR", "Embedded Net NVR", "Embedded NVR", "Digital Video Recorder",
	"Hybrid Video Recorder", "NVR", "DVR", "HIKVISION", "IP CAMERA", "IPCamera", "IPC",
}

// cameraTitle is how a camera is called on the screen: its channel and the
// name the recorder gives it.
func cameraTitle(c *tasks.CameraView) string {
	title := c.Label()
	if c.Name != "" {
		title += "  " + clean(c.Name)
	}
	return title
}
