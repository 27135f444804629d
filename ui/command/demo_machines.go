package command

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"example.com/hikgrab/tasks"
	"example.com/hikgrab/tasks/fleet/hub"
)

// crew is the set of machines in a demo, each a process on this computer. The
// first is killed half-way, to show that nothing is lost.
type crew struct {
	dir  string
	size int
	err  io.Writer

	stop    context.CancelFunc
	running sync.WaitGroup
}

const demoPatience = 5 * time.Second

func (a *app) demoMachines(c *cobra.Command, machines int, dir string, j job) error {
	crew := &crew{dir: dir, size: machines, err: a.Stderr}
	defer crew.dismiss()
	a.flags.Coordinate()
	w := &wire{
		listen: "127.0.0.1:0", patience: demoPatience, identity: filepath.Join(dir, "fleet"),
		opened: func(ctx context.Context, id *hub.Identity, s *spread) error { return crew.start(ctx, id, s) },
	}
	return a.fetch(c.Context(), a.spreadJob(w, j))
}

func (c *crew) start(ctx context.Context, id *hub.Identity, s *spread) error {
	inv, err := id.Invite(time.Now(), time.Hour, nil)
	if err != nil {
		return err
	}
	program, err := os.Executable()
	if err != nil {
		return err
	}
	ctx, c.stop = context.WithCancel(context.WithoutCancel(ctx))
	kill := map[string]context.CancelFunc{}
	for i := range c.size {
		name := fmt.Sprintf("machine-%d", i+1)
		life, end := context.WithCancel(ctx)
		kill[name] = end
		cmd := exec.CommandContext(life, program, "work", "--plain", "--once", "--name", name, "--jobs", "2", "--out", filepath.Join(c.dir, name))
		cmd.Env = append(os.Environ(), "HIKGRAB_JOIN="+inv.String())
		if err := cmd.Start(); err != nil {
			end()
			return err
		}
		c.running.Go(func() { _ = cmd.Wait() }) // the board shows how it ends
	}
	if c.size > 1 {
		c.running.Go(func() { c.killHalfWay(ctx, kill, s) })
	}
	return nil
}

// killHalfWay kills the first machine that has files and is busy with more,
// without warning.
func (c *crew) killHalfWay(ctx context.Context, kill map[string]context.CancelFunc, s *spread) {
	ticker := time.NewTicker(200 * time.Millisecond)
	defer ticker.Stop()
	var snap tasks.Snapshot
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		s.Snapshot(&snap)
		for _, m := range snap.Machines {
			if end := kill[m.Name]; end != nil && m.Files >= 2 && m.Active > 0 {
				s.Tell(m.Name + " is killed now, as by a power cut")
				end()
				return
			}
		}
		if snap.Finished {
			return
		}
	}
}

func (c *crew) dismiss() {
	if c.stop != nil {
		c.stop()
	}
	c.running.Wait()
}
