// Package demo runs simulated recorders on this machine and words what to
// fetch from them as tasks, so that everything can be tried without a recorder.
//
// It is not for pretending: what fetches from them is the real thing.
package demo

import (
	"errors"
	"fmt"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/nvr/simulator"
	"example.com/hikgrab/tasks"
)

// Site is a set of simulated recorders that answer on loopback.
type Site struct {
	Tasks   []tasks.Task // one for each recorder: all its cameras
	servers []*simulator.Server
}

// Start runs the recorders of simulator.Demo, with recordings that suit now,
// each on a free port. Close ends them.
func Start(now time.Time) (*Site, error) {
	s := &Site{}
	for _, config := range simulator.Demo(now) {
		if err := s.add(config); err != nil {
			return nil, errors.Join(err, s.Close())
		}
	}
	return s, nil
}

func (s *Site) add(config simulator.Config) error {
	recorder := simulator.New(config)
	server, err := simulator.Listen("127.0.0.1:0", recorder)
	if err != nil {
		return err
	}
	s.servers = append(s.servers, server)
	address, err := nvr.ParseAddress(server.Addr())
	if err != nil {
		return fmt.Errorf("address of a simulated recorder: %w", err)
	}
	c := recorder.Config()
	s.Tasks = append(s.Tasks, tasks.Task{
		Source: c.Name, Name: c.Name, Address: address,
		Login: nvr.Login{User: c.User, Password: nvr.Secret(c.Password)},
	})
	return nil
}

// Close ends all connections and waits until nothing runs any more.
func (s *Site) Close() error {
	var err error
	for _, server := range s.servers {
		err = errors.Join(err, server.Close())
	}
	return err
}
