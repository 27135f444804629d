package nvr_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/nvr/simulator"
)

// TestPasswordsAreNeverShown prints everything that holds a password in every
// way, and checks the whole log of a failing run.
func TestPasswordsAreNeverShown(t *testing.T) {
	const password = "hunter2-Пароль"
	var log bytes.Buffer
	logger := slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	device, client := plug(t, simulator.Config{Channels: channels(1)}, func(c *nvr.Config) {
		c.Log, c.Login.Password = logger, password
	})
	_, err := client.SignIn(t.Context())
	e := mustFail(t, err, nvr.Auth)
	device.SetPassword("admin", password)
	client.Forgive()
	rec := first(t, client, 101)
	device.Script(simulator.Download, simulator.BusyWith200)
	_, err = client.Download(t.Context(), rec, new(memory))
	checkKind(t, err, nvr.Busy)

	login := nvr.Login{User: "admin", Password: password}
	config := nvr.Config{Login: login}
	logger.Info("everything", "login", login, "config", config, "client", client, "error", e)
	shown := []string{log.String()}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		shown = append(shown, fmt.Sprintf(verb, login), fmt.Sprintf(verb, config), fmt.Sprintf(verb, client),
			fmt.Sprintf(verb, login.Password), fmt.Sprintf(verb, *e), fmt.Sprintf(verb, err))
	}
	asJSON, _ := json.Marshal(login)
	asXML, _ := xml.Marshal(login)
	shown = append(shown, string(asJSON), string(asXML), e.What())
	for _, text := range shown {
		if strings.Contains(text, "hunter2") || strings.Contains(text, fmt.Sprintf("%x", password)) {
			t.Errorf("the password is in %s", text)
		}
	}
	if string(login.Password) != password {
		t.Error("a plain conversion does not give the password")
	}
}

func TestStreams(t *testing.T) {
	for _, s := range []nvr.Stream{nvr.Main, nvr.Sub, nvr.Photo} {
		got, err := nvr.ParseStream(s.String())
		track := nvr.TrackOf(31, s)
		if err != nil || got != s || track.Channel() != 31 || track.Stream() != s {
			t.Errorf("%v: %v, %v, %d", s, got, err, track)
		}
	}
	if _, err := nvr.ParseStream("fourth"); err == nil {
		t.Error("a fourth stream was accepted")
	}
}

func TestKindsDecide(t *testing.T) {
	for _, k := range nvr.Kinds() {
		switch k {
		case nvr.Auth, nvr.Locked, nvr.TLS, nvr.Forbidden, nvr.Gone, nvr.TooLarge:
			if k.Temporary() {
				t.Errorf("%v passes by itself", k)
			}
		default:
			if !k.Temporary() {
				t.Errorf("%v does not pass by itself", k)
			}
		}
	}
}
