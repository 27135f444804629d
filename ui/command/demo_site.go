package command

import (
	"errors"
	"fmt"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/nvr/simulator"
	"example.com/hikgrab/tasks"
)

// demoSite is a set of simulated recorders that answer on loopback.
type demoSite struct {
	tasks   []tasks.Task // one per recorder, with all its cameras
	servers []*simulator.Server
}

// startDemo runs the recorders of simulator.Demo, each on a free port, with
// recordings dated relative to now. Call Close to stop them.
func startDemo(now time.Time) (*demoSite, error) {
	s := &demoSite{}
	for _, c := range simulator.Demo(now) {
		recorder := simulator.New(c)
		server, err := simulator.Listen("127.0.0.1:0", recorder)
		if err != nil {
			return nil, errors.Join(err, s.Close())
		}
		s.servers = append(s.servers, server)
		address, err := nvr.ParseAddress(server.Addr())
		if err != nil {
			return nil, errors.Join(fmt.Errorf("address of a simulated recorder: %w", err), s.Close())
		}
		c = recorder.Config()
		s.tasks = append(s.tasks, tasks.Task{
			Source: c.Name, Name: c.Name, Address: address,
			Login: nvr.Login{User: c.User, Password: nvr.Secret(c.Password)},
		})
	}
	return s, nil
}

// Close closes all connections and waits until every recorder has stopped.
func (s *demoSite) Close() error {
	var err error
	for _, server := range s.servers {
		err = errors.Join(err, server.Close())
	}
	return err
}
