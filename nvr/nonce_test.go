package nvr_test

import (
	"fmt"
	"testing"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/nvr/simulator"
)

// TestNonceOfItsURL has devices that accept a nonce only for the path whose 401
// issued it. One refusal teaches this, for later runs as well.
func TestNonceOfItsURL(t *testing.T) {
	for _, stale := range []simulator.Stale{simulator.StaleDenied, simulator.StaleAbsent} {
		for _, lock := range []int{3, 7} {
			t.Run(fmt.Sprint("stale ", stale, ", locks after ", lock), func(t *testing.T) {
				device := simulator.New(simulator.Config{
					Channels: channels(2), Auth: simulator.Auth{NonceBoundURL: true, Stale: stale, LockAfter: lock},
				})
				var known nvr.Facts
				for run, want := range []int{1, 0} {
					before := device.Stats().Auth
					_, client := clientOf(t, device, func(c *nvr.Config) { c.Facts = known })
					if _, err := client.Channels(t.Context()); err != nil {
						t.Fatal(err)
					}
					for _, track := range []nvr.Track{101, 201} {
						rec := first(t, client, track)
						for range 3 {
							if _, err := client.Download(t.Context(), rec, new(memory)); err != nil {
								t.Fatal(err)
							}
						}
					}
					after := device.Stats().Auth
					if after.Refused > 0 || after.Stale-before.Stale != want {
						t.Errorf("run %d: from %+v to %+v", run, before, after)
					}
					if known = client.Facts(); !known.NoncePerPath {
						t.Error("it is not known for the next run")
					}
				}
			})
		}
	}
}

// TestNonceOfItsURLIsNotSuspected has ordinary devices, some with expiring
// nonces: nothing of the kind may be learned about them.
func TestNonceOfItsURLIsNotSuspected(t *testing.T) {
	for _, a := range []simulator.Auth{{}, {NonceUses: 3}, {Scheme: simulator.DigestBoth}} {
		client, _ := meet(t, simulator.New(simulator.Config{Channels: channels(1), Auth: a}), nvr.Facts{})
		if client.Facts().NoncePerPath {
			t.Errorf("%+v", a)
		}
	}
}

// TestWrongPasswordWithNoncesOfTheirURL makes a wrong password cost one refused
// login, or two if it changes during the run. Neither locks the account.
func TestWrongPasswordWithNoncesOfTheirURL(t *testing.T) {
	a := simulator.Auth{NonceBoundURL: true, Stale: simulator.StaleDenied, LockAfter: 3}
	device, client := plug(t, simulator.Config{Auth: a}, wrongPassword)
	for range 5 {
		_, err := client.Channels(t.Context())
		checkKind(t, err, nvr.Auth)
	}
	if s := device.Stats().Auth; s.Refused != 1 {
		t.Errorf("%+v", s)
	}
	for name, known := range map[string]nvr.Facts{"not known": {}, "known": {NoncePerPath: true}} {
		device := simulator.New(simulator.Config{Channels: channels(1), Auth: a})
		_, client := clientOf(t, device, func(c *nvr.Config) { c.Facts = known })
		rec := first(t, client, 101)
		device.SetPassword("admin", "another")
		for range 5 {
			_, err := client.Download(t.Context(), rec, new(memory))
			checkKind(t, err, nvr.Auth)
		}
		if s := device.Stats().Auth; s.Refused > 2 || s.Locked {
			t.Errorf("%s: %+v", name, s)
		}
	}
}

// TestOneTimeNoncesAreLearned counts the nonces that are reused without
// success.
func TestOneTimeNoncesAreLearned(t *testing.T) {
	device, client := plug(t, simulator.Config{Channels: channels(1), Auth: simulator.Auth{NonceUses: 1, Stale: simulator.StaleDenied}})
	rec := first(t, client, 101)
	for range 30 {
		if _, err := client.Download(t.Context(), rec, new(memory)); err != nil {
			t.Fatal(err)
		}
	}
	if s := device.Stats().Auth; s.Stale > 5 || s.Refused > 0 {
		t.Errorf("%+v", s)
	}
}
