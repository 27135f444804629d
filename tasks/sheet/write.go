package sheet

import (
	"errors"
	"fmt"
	"strings"
	"unicode"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks"
)

// WriteTasks writes a task sheet that Read reads back as list, apart from
// Source and Row. It never replaces a file; path must end in .xlsx. The file is for its owner's eyes only: it holds
// the passwords. A task that a sheet cannot express is an error: a period
// relative to now, or a password that begins with "env:" or "file:" or has
// characters around it that nobody can see.
func WriteTasks(path string, list []tasks.Task) error {
	rows := make([][]string, len(list))
	for i, t := range list {
		row, err := rowOf(t)
		if err != nil {
			return fmt.Errorf("write task %d (%s): %w", i+1, t.Address, err)
		}
		rows[i] = row
	}
	return writeBook(path, English, rows, nil)
}

// rowOf returns the cells of a task, in the order of the columns.
func rowOf(t tasks.Task) ([]string, error) {
	secret := string(t.Login.Password)
	edge := func(r rune) bool { return r != ' ' && unseen(r) }
	switch {
	case t.Period.Last != 0 || t.Period.Days != 0 || t.Period.Yesterday || t.Period.All:
		return nil, errors.New("a sheet has no words for a period relative to now")
	case strings.HasPrefix(strings.TrimFunc(secret, unseen), envPrefix), strings.HasPrefix(strings.TrimFunc(secret, unseen), filePrefix):
		return nil, errors.New("a password that begins with env: or file: would be looked up in the environment or in a file")
	case strings.TrimFunc(secret, edge) != secret, strings.TrimFunc(secret, unicode.IsSpace) == "":
		return nil, errors.New("the password has invisible characters around it, or nothing else in it")
	}
	cells := make([]string, fields)
	for f := range field(fields) {
		cells[f] = f.write(t)
	}
	return cells, nil
}

// cameraCell returns a list of cameras as it is read.
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
