package ui

import (
	"slices"
	"strings"

	"example.com/hikgrab/tasks"
)

// recorderTitle returns a recorder's title: its address and its name.
func recorderTitle(r *tasks.RecorderView) string {
	return join("  ", clean(r.Address), recorderLabel(r))
}

// title returns a recorder's title in w cells of the list: its name, and as
// much of the address as fits. If names look alike, the address comes first.
func (r *rows) title(rec *tasks.RecorderView, w int) string {
	name, address := recorderLabel(rec), clean(rec.Address)
	switch {
	case name == "":
		return address
	case !r.ambiguous[r.glyphs.cut(name, w)]:
		const worthIt = 8 // the narrowest address worth showing, in cells
		if width(name)+2+worthIt > w {
			return r.glyphs.cut(name, w)
		}
		return r.glyphs.cut(name+"  "+address, w)
	case width(name)+2+width(address) <= w:
		return name + "  " + address
	}
	return r.glyphs.cut(address+"  "+name, w)
}

// ambiguousIn returns the names shared by several recorders when cut to w cells.
func (r *rows) ambiguousIn(w int) map[string]bool {
	all := make(map[string]bool, len(r.s.Recorders)) // value: more than one
	for i := range r.s.Recorders {
		name := r.glyphs.cut(recorderLabel(&r.s.Recorders[i]), w)
		_, all[name] = all[name]
	}
	return all
}

// namesWant returns the width that the names in the list need, up to a limit.
func (r *rows) namesWant() int {
	const most = 40
	want := 0
	for i := range r.s.Recorders {
		want = max(want, width(recorderLabel(&r.s.Recorders[i]))-1) // their column is one cell wider
	}
	for _, row := range r.visible() {
		if row.cam != nil {
			want = max(want, width(cameraTitle(row.cam)))
		}
	}
	return min(want, most)
}

// recorderLabel returns a recorder's name from the sheet, or else the one set
// on the device; empty if neither exists.
func recorderLabel(r *tasks.RecorderView) string {
	name := clean(r.Name)
	if name == "" && !slices.ContainsFunc(factoryNames, func(s string) bool { return strings.EqualFold(s, r.Device.Name) }) {
		name = clean(r.Device.Name)
	}
	return name
}

// factoryNames are the devices' default names.
var factoryNames = []string{
	"Network Video Recorder", "Embedded Net DVR", "Embedded Net NVR", "Embedded NVR", "Digital Video Recorder",
	"Hybrid Video Recorder", "NVR", "DVR", "HIKVISION", "IP CAMERA", "IPCamera", "IPC",
}

// cameraTitle returns a camera's channel and its name on the recorder.
func cameraTitle(c *tasks.CameraView) string {
	title := c.Label()
	if c.Name != "" {
		title += "  " + clean(c.Name)
	}
	return title
}
