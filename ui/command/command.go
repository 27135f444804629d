// Package command is hikgrab's command line: the commands, how they are wired,
// signals and exit codes.
//
// It is not for decisions about recorders, recordings or the screen: those live
// in tasks, nvr and the other packages of ui.
package command

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks/archive"
	"example.com/hikgrab/ui/flags"
	"example.com/hikgrab/ui/plain"
	"example.com/hikgrab/ui/remedy"
	"example.com/hikgrab/ui/topics"
)

// Program is one start of hikgrab. The files must be set.
type Program struct {
	Name                  string // as the user called it; empty means hikgrab
	Version               string // set by release builds; empty means ask the build info
	Stdin, Stdout, Stderr *os.File

	dial func(ctx context.Context, network, address string) (net.Conn, error) // dials recorders when a test runs several machines in one process; nil means the system's dialer
}

// Run executes args, without the program's name, and returns the exit code. It
// takes over the process's signals. A second interrupt, or a shutdown that
// hangs, exits the process.
func (p Program) Run(ctx context.Context, args []string) int {
	signal.Ignore(syscall.SIGPIPE) // writing to a closed pipe then returns an error
	a := &app{Program: p}
	root := a.commands()
	root.SetArgs(args)
	root.SetIn(p.Stdin)
	root.SetOut(p.Stdout)
	root.SetErr(p.Stderr)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return a.code
	}
	fmt.Fprintf(p.Stderr, "hikgrab: %v\n", err)
	if failure, ok := errors.AsType[*failure](err); ok {
		return failure.code
	}
	return plain.ExitUsage // an error not marked as failed is a fault in the command line or the sheet
}

// Tree returns the commands and flags, for man pages and shell completions.
func (p Program) Tree() *cobra.Command { return (&app{Program: p}).commands() }

// narrow wraps help at 80 columns.
var narrow = strings.NewReplacer("Flags.FlagUsages |", "Flags.FlagUsagesWrapped 80 |")

// failure is an error that decides the exit code.
type failure struct {
	code int
	err  error
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

// failed wraps an error of a command whose flags may help.
func failed(err error) error { return advised(err, remedy.Run) }

// advised wraps a failure that is not a usage error, adding what to do about it
// if that is known.
func advised(err error, words func(nvr.Remedy) string) error {
	if err == nil {
		return nil
	}
	if disk, ok := errors.AsType[*archive.Error](err); ok {
		err = fmt.Errorf("%w; %s", err, words(disk.Remedy()))
	}
	return &failure{plain.ExitError, err}
}

// app is the state that the commands share.
type app struct {
	Program
	flags  flags.Flags
	code   int     // the exit code if no error sets one
	opened *string // the sheet password that the operator typed

	networks bool // several machines work, and the same address may mean a different recorder on each network
}

// commandLine returns what to type to run this program with args.
func (p Program) commandLine(args ...string) string {
	return shellAtHand().line(cmp.Or(p.Name, "hikgrab"), args...)
}

func (a *app) commands() *cobra.Command {
	root := a.downloadCommand()
	for _, t := range topics.All() {
		root.AddCommand(&cobra.Command{Use: t.Name, Short: t.Short, Long: t.Text})
	}
	root.AddCommand(a.checkCommand(), a.initCommand(), a.demoCommand(), a.joinCommand(), a.cutCommand(), a.framesCommand(), a.verifyCommand(), a.reportCommand(), a.versionCommand(),
		a.serveCommand(), a.workCommand(), a.inviteCommand(), a.collectCommand())
	root.SuggestionsMinimumDistance = 2
	root.Version = a.version()
	root.SetVersionTemplate("{{.Version}}\n")
	root.SetUsageTemplate(narrow.Replace(root.UsageTemplate()))
	root.SilenceErrors, root.SilenceUsage = true, true
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return fmt.Errorf("%w; see %s --help", flags.Suggest(c.Flags(), err), c.CommandPath())
	})
	return root
}

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
