package command

import (
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"
)

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintln(a.Stdout, a.version())
			return err
		},
	}
}

// version returns the program's name and release.
func (p Program) version() string { return "hikgrab " + p.release() }

// release returns the version of a release build, otherwise what Go's build
// info says.
func (p Program) release() string {
	text, revision := p.Version, ""
	if info, ok := debug.ReadBuildInfo(); ok {
		if text == "" {
			text = info.Main.Version
		}
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				revision = " (" + s.Value[:min(12, len(s.Value))] + ")"
			}
		}
	}
	if text == "" {
		text = "(devel)"
	}
	return text + revision
}
