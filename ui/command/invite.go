package command

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"example.com/hikgrab/tasks/fleet/hub"
)

func (a *app) inviteCommand() *cobra.Command {
	var networks []string
	var valid time.Duration
	var file, revoke string
	c := &cobra.Command{
		Use: "invite [flags]", Short: "Make an invitation for another machine",
		Long: "Invite writes an invitation: one line with which \"hikgrab work\" on another\n" +
			"machine joins the coordinator that runs here, or ran here last. Whoever has it\n" +
			"can join until it expires, so treat it like a password.",
		Example: "  hikgrab invite -o kazan.invite --network kazan\n  hikgrab invite --revoke kazan-1",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if revoke != "" {
				return a.revoke(revoke)
			}
			return a.invite(networks, valid, file)
		},
	}
	c.Flags().StringArrayVar(&networks, "network", nil, "only for a machine in the network `NAME`; may be repeated")
	c.Flags().DurationVar(&valid, "for", 24*time.Hour, "valid for `DUR`")
	c.Flags().StringVarP(&file, "out", "o", "", "write it to `FILE`, which only you can read")
	c.Flags().StringVar(&revoke, "revoke", "", "remove the machine `NAME`")
	return c
}

// openIdentity opens a coordinator's identity in dir; empty means the
// operator's own directory.
func openIdentity(dir string) (id *hub.Identity, err error) {
	if dir == "" {
		if dir, err = hub.Dir(); err != nil {
			return nil, err
		}
	}
	return hub.OpenIdentity(dir)
}

func (a *app) revoke(name string) error {
	id, err := openIdentity("")
	if err == nil {
		err = id.Revoke(name, time.Now())
	}
	if err != nil {
		return failed(err)
	}
	fmt.Fprintf(a.Stdout, "%s is no longer allowed to take part\n", name)
	return nil
}

func (a *app) invite(networks []string, valid time.Duration, file string) error {
	if valid <= 0 {
		return fmt.Errorf("--for %s: an invitation must be valid for a while, such as 24h", valid)
	}
	id, err := openIdentity("")
	if err != nil {
		return failed(err)
	}
	inv, err := id.Invite(time.Now(), valid, networks)
	if err != nil {
		return failed(err)
	}
	if file == "" {
		_, err := fmt.Fprintln(a.Stdout, inv)
		return err
	}
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s exists already and is left alone; name another file", file)
	}
	if err != nil {
		return failed(err)
	}
	_, err = fmt.Fprintln(f, inv)
	if err := errors.Join(err, f.Close()); err != nil {
		return failed(errors.Join(err, os.Remove(file)))
	}
	at := ""
	if len(networks) > 0 {
		at = " in " + strings.Join(networks, ", ")
	}
	_, err = fmt.Fprintf(a.Stdout, "wrote %s, valid until %s; on the other machine%s: hikgrab work %s\n", file, inv.Expiry.Format("2006-01-02 15:04"), at, file)
	return err
}
