package command

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"example.com/hikgrab/nvr/simulator"
)

// network is a network of its own, with an address in it for each machine. It
// lasts as long as the process that keeps it, which ends with the tests.
type network struct {
	t      *testing.T
	keeper *exec.Cmd
}

// newNetwork makes a network in which nobody is.
func newNetwork(t *testing.T) *network {
	t.Helper()
	n := &network{t: t, keeper: exec.CommandContext(t.Context(), "sleep", "600")}
	n.keeper.SysProcAttr = &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWNET, Pdeathsig: unix.SIGKILL}
	done := make(chan error, 1)
	go func() { // the keeper ends with the thread that started it
		runtime.LockOSThread()
		err := n.keeper.Start()
		done <- err
		if err == nil {
			_ = n.keeper.Wait()
		}
	}()
	if err := <-done; err != nil {
		t.Skipf("left out: no network can be made here: %v", err)
	}
	n.ip("link set lo up")
	return n
}

// inside does something in the network: sockets and processes made there stay
// in it.
func (n *network) inside(do func() error) {
	n.t.Helper()
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends with this
		f, err := os.Open(fmt.Sprintf("/proc/%d/ns/net", n.keeper.Process.Pid))
		if err == nil {
			err = unix.Setns(int(f.Fd()), unix.CLONE_NEWNET)
			_ = f.Close()
		}
		if err == nil {
			err = do()
		}
		done <- err
	}()
	if err := <-done; err != nil {
		n.t.Fatal(err)
	}
}

// ip configures the network.
func (n *network) ip(command string) {
	n.t.Helper()
	n.inside(func() error {
		if out, err := exec.CommandContext(n.t.Context(), "ip", strings.Fields(command)...).CombinedOutput(); err != nil {
			return fmt.Errorf("ip %s: %w: %s", command, err, bytes.TrimSpace(out))
		}
		return nil
	})
}

// Two cities have a recorder at the same address, with different logins: each
// machine asks that of its own city, and no other ever hears a login. That the
// line of one of them is down for a while changes nothing.
func TestLongTwoNetworksWithTheSameAddresses(t *testing.T) {
	long(t)
	if os.Getuid() != 0 {
		t.Skip("left out: only root can make networks")
	}
	if _, err := exec.LookPath("ip"); err != nil {
		t.Skip("left out: there is no ip(8)")
	}
	s := emptySquad(t)
	const address = "192.168.1.64:80"
	center := newNetwork(t)
	cities := map[string]*network{}
	sheet := "recorder,user,password,network\n"
	for i, name := range []string{"kazan", "spb"} {
		city := newNetwork(t)
		cities[name] = city
		center.ip(fmt.Sprintf("link add %s type veth peer name road netns %d", name, city.keeper.Process.Pid))
		center.ip(fmt.Sprintf("addr add 10.9.%d.1/24 dev %s", i, name))
		center.ip("link set " + name + " up")
		city.ip(fmt.Sprintf("addr add 10.9.%d.2/24 dev road", i))
		city.ip("link set road up")
		city.ip("addr add 192.168.1.64/32 dev lo")
		rec := s.recorder(i, plot{recorders: 2, files: 14, rate: 30_000}, scriptPassword+name)
		city.inside(func() error {
			server, err := simulator.Listen(address, s.ledger.watch(i, rec))
			if err == nil {
				t.Cleanup(func() { _ = server.Close() })
			}
			return err
		})
		s.add(rec, "192.168.1.64", name)
		sheet += fmt.Sprintf("192.168.1.64,%s,\"%s\",%s\n", scriptUser, scriptPassword+name, name)
	}
	s.write("tasks.csv", sheet)
	var boss *process
	var machines []*process
	center.inside(func() error {
		boss = s.start("serve", s.serving("-j", "0", "--listen", ":7422", "--patience", shortPatience.String())...)
		return nil
	})
	s.await(boss, "machines can join at")
	for name, city := range cities {
		s.invite(name+".invite", "--network", name)
		city.inside(func() error {
			cmd := s.command("", s.working(name, name+".invite")...) // it asks from the city's address
			machines = append(machines, s.run(name, cmd))
			return nil
		})
	}
	s.until("both cities work", func() bool { return s.has("kazan") > 0 && s.has("spb") > 0 })
	time.Sleep(shortPatience + 2*time.Second) // by now the coordinator knows that nobody else will come, and promises for long
	had := s.has("kazan")
	center.ip("link set kazan down")
	time.Sleep(2*shortPatience + grace)
	if now := s.has("kazan"); now < had+5 {
		t.Error("a machine stops that nobody could take over from")
	}
	center.ip("link set kazan up")
	s.await(boss, "kazan is back")
	files := s.end(append(machines, boss)...)
	if files["kazan"] != 14 || files["spb"] != 14 {
		t.Errorf("the files are %v", files)
	}
	if n := s.downloads(); n != 28 {
		t.Errorf("%d downloads of 28 recordings", n)
	}
	// At home the two recorders stay two, whatever their recordings are called.
	var home *process
	center.inside(func() error {
		home = s.start("collect", "collect", "--plain", "--listen", ":7422", "-o", "boss")
		return nil
	})
	s.await(home, "machines can join at")
	for name, city := range cities {
		city.inside(func() error {
			s.run(name, s.command("", s.working(name)...))
			return nil
		})
	}
	s.exits(home, 0)
	s.atHome()
}
