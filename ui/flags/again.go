package flags

import (
	"slices"
	"time"

	"github.com/spf13/pflag"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks"
)

// relative lists the flags whose meaning depends on today's date.
var relative = []string{"from", "to", "days", "yesterday", "last", "all"}

// Again returns the arguments that repeat a run with the tasks of the sheet at
// path: every flag of set that was given, except --only. A period relative to
// today is written as dates, because a failure is often dealt with the next
// day. An empty path means that there is no sheet.
func Again(set *pflag.FlagSet, period tasks.Period, list []tasks.Task, path string) (args []string) {
	set.Visit(func(f *pflag.Flag) {
		switch {
		case f.Name == "only" || slices.Contains(relative, f.Name):
		case f.Value.Type() == "bool":
			args = append(args, "--"+f.Name+map[string]string{"false": "=false"}[f.Value.String()])
		default:
			args = append(args, "--"+f.Name, f.Value.String())
		}
	})
	if slices.ContainsFunc(list, func(t tasks.Task) bool { return t.Period.IsZero() }) {
		args = append(args, spelled(period, nvr.WallTime(time.Now()))...)
	}
	switch {
	case path == "":
		return args
	case path[0] == '-':
		args = append(args, "--")
	}
	return append(args, path)
}

// spelled returns flags that ask for the same period on any later day, given
// the recorders' present time, now. --all stays --all.
func spelled(p tasks.Period, now time.Time) []string {
	if p.All {
		return []string{"--all"}
	}
	from, to, err := p.Resolve(now)
	if err != nil {
		return nil
	}
	if days := to.Add(time.Second).Sub(from); days > 0 && days%(24*time.Hour) == 0 && from.Equal(from.Truncate(24*time.Hour)) {
		return []string{"--from", from.Format(time.DateOnly), "--to", to.Format(time.DateOnly)}
	}
	return []string{"--from", from.Format(time.DateTime), "--to", to.Format(time.DateTime)}
}
