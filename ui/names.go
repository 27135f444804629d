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
