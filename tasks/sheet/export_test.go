package sheet

import (
	"fmt"
	"strings"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks"
)

// HeaderFieldName returns the name of the field that a header names, or "".
func HeaderFieldName(header string) string {
	if f, ok := headerField(header); ok {
		return f.String()
	}
	return ""
}

// WriteAll writes a task sheet with every field of tasks, as Read reads it.
func WriteAll(path string, list []tasks.Task) error {
	rows := make([][]string, len(list))
	for i, t := range list {
		for f := range field(fields) {
			rows[i] = append(rows[i], f.write(t))
		}
	}
	return writeBook(path, English, rows, nil)
}

// write returns the cell for a field of a task, as read reads it.
func (f field) write(t tasks.Task) string {
	switch f {
	case port, date: // in recorder, from and to
	case recorder:
		return AddressCell(t.Address)
	case user:
		return t.Login.User
	case password:
		return string(t.Login.Password)
	case cameras:
		return cameraCell(t.Cameras)
	case from:
		return t.Period.From.String()
	case to:
		return t.Period.To.String()
	case stream:
		if t.Stream != 0 {
			return t.Stream.String()
		}
	case kind:
		return string(t.Kinds)
	case name:
		return t.Name
	case network:
		return t.Network
	case clock:
		return map[nvr.Clock]string{nvr.ClockLocal: "local", nvr.ClockUTC: "utc"}[t.Clock]
	}
	return ""
}

// AddressCell returns an address with all its options in the form that is read.
func AddressCell(a nvr.Address) string {
	text := a.String()
	if a.Weakest != nvr.SchemeNone {
		weak := map[nvr.Scheme]string{nvr.SchemeBasic: "basic", nvr.SchemeMD5: "md5"}[a.Weakest]
		rest, secure := strings.CutPrefix(text, "https://")
		text = "http+" + weak + "://" + rest
		if secure {
			text = "https+" + weak + "://" + rest
		}
	}
	var options []string
	if a.Fingerprint != "" {
		options = append(options, "sha256:"+a.Fingerprint)
	}
	if a.LegacyTLS {
		options = append(options, "legacy")
	}
	if len(options) == 0 {
		return text
	}
	return text + "#" + strings.Join(options, ",")
}

// cameraCell returns a list of cameras in the form that is read.
func cameraCell(picks []tasks.Pick) string {
	items := make([]string, len(picks))
	for i, p := range picks {
		switch {
		case p.Name != "":
			items[i] = tasks.QuoteName(p.Name)
		case p.Stream != 0:
			items[i] = fmt.Sprintf("%d", nvr.TrackOf(p.Channel, p.Stream))
		case isTrack(p.Channel):
			items[i] = fmt.Sprintf("ch%d", p.Channel)
		default:
			items[i] = fmt.Sprintf("%d", p.Channel)
		}
	}
	return strings.Join(items, "; ")
}
