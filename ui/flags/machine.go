package flags

import (
	"errors"
	"fmt"

	"github.com/spf13/pflag"

	"example.com/hikgrab/tasks"
	"example.com/hikgrab/ui/units"
)

// Machine is what a machine that works for another can be told: what is its
// own, not the run's.
type Machine struct {
	Out                       string // directory
	Jobs                      int    // downloads at once
	Plain, JSON, ASCII, Debug bool

	limit string
}

// Register adds the flags to a set, with their defaults and help.
func (m *Machine) Register(to *pflag.FlagSet) {
	to.SortFlags = false
	to.StringVarP(&m.Out, "out", "o", "recordings", "save recordings in `DIR`")
	to.IntVarP(&m.Jobs, "jobs", "j", tasks.DefaultJobs, "`N` downloads at once in all")
	to.StringVar(&m.limit, "limit", "", "at most `RATE` for everything together; 20M is 20 MiB/s")
	to.BoolVar(&m.Plain, "plain", false, "lines instead of the screen")
	to.BoolVar(&m.JSON, "json", false, "newline-delimited JSON events instead of the screen")
	to.BoolVar(&m.ASCII, "ascii", false, "plain glyphs; NO_COLOR is honoured")
	to.BoolVar(&m.Debug, "debug", false, "more in the log file")
}

// Check returns the bandwidth that --limit asks for, in bytes per second; 0 is
// no limit. The error names the flag and what to give it instead.
func (m *Machine) Check() (limit int64, err error) {
	switch {
	case m.Out == "":
		return 0, errors.New("--out is empty: name a directory")
	case m.Jobs < 1:
		return 0, fmt.Errorf("--jobs %d: at least one download must run", m.Jobs)
	case m.Plain && m.JSON:
		return 0, errors.New("--plain and --json exclude each other")
	}
	if limit, err = units.ParseRate(m.limit); err != nil {
		return 0, fmt.Errorf("--limit: %w", err)
	}
	return limit, nil
}
