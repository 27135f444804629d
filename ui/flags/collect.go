package flags

import "github.com/spf13/pflag"

// RegisterCollect adds those flags to a set that have a meaning where files are
// brought home and nothing is downloaded.
func (f *Flags) RegisterCollect(to *pflag.FlagSet) {
	all := pflag.NewFlagSet("", pflag.ContinueOnError)
	f.Register(all)
	to.SortFlags = false
	for _, name := range []string{"out", "limit", "layout", "join", "frames", "on-done", "plain", "json", "ascii", "debug"} {
		to.AddFlag(all.Lookup(name))
	}
}
