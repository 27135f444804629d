package command

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/signal"
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

// Program is hikgrab as it was started. The files are needed.
type Program struct {
	Name                  string // as it was called; empty means hikgrab
	Version               string // as a release build says; empty asks the build itself
	Stdin, Stdout, Stderr *os.File

	dial func(ctx context.Context, network, address string) (net.Conn, error) // to recorders, when they are one machine's of several; nil: the system's
}

// Run does what args, without the program's name, ask for and returns the exit
// code. It takes over the process's signals. A second interrupt, or a shutdown
// that hangs, ends the process.
func (p Program) Run(ctx context.Context, args []string) int {
	signal.Ignore(syscall.SIGPIPE) // a write to a closed pipe gives an error instead
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
	return plain.ExitUsage // whatever is not marked as failed is at fault on the command line or in the sheet
}

// Tree returns the commands and flags, for man pages and completions.
func (p Program) Tree() *cobra.Command { return (&app{Program: p}).commands() }

// narrow has help fit a terminal of 80 columns.
var narrow = strings.NewReplacer("Flags.FlagUsages |", "Flags.FlagUsagesWrapped 80 |")

// failure is an error that decides the exit code.
type failure struct {
	code int
	err  error
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

// failed is advised for commands whose flags may help.
func failed(err error) error { return advised(err, remedy.Run) }

// advised wraps what went wrong at no fault of the command line, with what to do
// about it where that is known.
func advised(err error, words func(nvr.Remedy) string) error {
	if err == nil {
		return nil
	}
	if disk, ok := errors.AsType[*archive.Error](err); ok {
		err = fmt.Errorf("%w; %s", err, words(disk.Remedy()))
	}
	return &failure{plain.ExitError, err}
}

// app is what the commands share.
type app struct {
	Program
	flags  flags.Flags
	code   int     // the exit code when no error says otherwise
	opened *string // the password that the operator typed for the sheet

	networks bool // several machines work, and their networks tell recorders of one address apart
}

// commandLine returns what to type so that this program does something with args.
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
