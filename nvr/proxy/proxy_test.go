package proxy_test

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/nvr/proxy"
	"example.com/hikgrab/nvr/simulator"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestParse(t *testing.T) {
	for _, c := range []struct{ text, shown, problem string }{
		{text: "socks5://127.0.0.1:1080", shown: "socks5://127.0.0.1:1080"},
		{text: "socks5://jump", shown: "socks5://jump:1080"},
		{text: "http://[::1]:3128/", shown: "http://[::1]:3128"},
		{text: "http://jump", shown: "http://jump:8080"},
		{text: "", problem: "use socks5://"},
		{text: "127.0.0.1:1080", problem: "use socks5://"},
		{text: "https://jump:443", problem: "use socks5://"},
		{text: "socks5://:1080", problem: "use socks5://"},
		{text: "http://jump:1/path", problem: "behind the port"},
		{text: "socks5://me:hunter2@jump", problem: "process list"},
	} {
		_, shown, err := proxy.Parse(c.text)
		switch {
		case c.problem == "" && (err != nil || shown != c.shown):
			t.Errorf("%q: %q, %v", c.text, shown, err)
		case c.problem != "" && (err == nil || !strings.Contains(err.Error(), c.problem)):
			t.Errorf("%q: %v, want %q", c.text, err, c.problem)
		case err != nil && strings.Contains(err.Error(), "hunter2"):
			t.Errorf("%q: the error repeats the password: %v", c.text, err)
		}
	}
}

// TestARecorderBehindAProxy signs in, through both kinds of proxy, to a
// recorder whose name only the proxy can resolve.
func TestARecorderBehindAProxy(t *testing.T) {
	device, err := simulator.Listen("127.0.0.1:0", simulator.New(simulator.Config{User: "admin", Password: "secret-123"}))
	if err != nil {
		t.Fatal(err)
	}
	defer device.Close()
	for scheme, serve := range map[string]func(net.Conn, string){"socks5": serveSOCKS, "http": serveCONNECT} {
		t.Run(scheme, func(t *testing.T) {
			p := listen(t, func(c net.Conn) { serve(c, device.Addr()) })
			dial, _, err := proxy.Parse(scheme + "://" + p.address)
			if err != nil {
				t.Fatal(err)
			}
			address, err := nvr.ParseAddress("recorder.invalid:8080") // only the proxy can resolve it
			if err != nil {
				t.Fatal(err)
			}
			client := nvr.New(nvr.Config{Address: address, Login: nvr.Login{User: "admin", Password: "secret-123"}, Dial: dial})
			defer client.Close()
			if _, err := client.SignIn(t.Context()); err != nil {
				t.Fatal(err)
			}
			if p.asked.Load() == 0 {
				t.Error("the proxy was not asked")
			}
		})
	}
}

// TestBytesBehindTheAnswer returns bytes that arrive together with the proxy's
// answer as the recorder's.
func TestBytesBehindTheAnswer(t *testing.T) {
	p := listen(t, func(c net.Conn) {
		_, _ = http.ReadRequest(bufio.NewReader(c))
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\n\r\nhello")
	})
	conn := dialThrough(t, p, "http")
	defer conn.Close()
	got, err := io.ReadAll(conn)
	if err != nil || string(got) != "hello" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestARefusalNamesTheProxy(t *testing.T) {
	p := listen(t, func(c net.Conn) {
		_, _ = http.ReadRequest(bufio.NewReader(c))
		_, _ = io.WriteString(c, "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
	})
	dial, _, _ := proxy.Parse("http://" + p.address)
	_, err := dial(t.Context(), "tcp", "127.0.0.1:80")
	if err == nil || !strings.Contains(err.Error(), p.address) || !strings.Contains(err.Error(), "403") {
		t.Error(err)
	}
}

// TestHostileProxy gives up on a proxy that sends endless headers, or never
// answers.
func TestHostileProxy(t *testing.T) {
	flood := listen(t, func(c net.Conn) {
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\n")
		for {
			if _, err := io.WriteString(c, "X-Flood: "+strings.Repeat("x", 1000)+"\r\n"); err != nil {
				return
			}
		}
	})
	dial, _, _ := proxy.Parse("http://" + flood.address)
	if _, err := dial(t.Context(), "tcp", "127.0.0.1:80"); err == nil {
		t.Error("a flood of headers became a connection")
	}
	silent := listen(t, func(c net.Conn) { _, _ = io.Copy(io.Discard, c) })
	for _, scheme := range []string{"http", "socks5"} {
		dial, _, _ := proxy.Parse(scheme + "://" + silent.address)
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		_, err := dial(ctx, "tcp", "127.0.0.1:80")
		cancel()
		if err == nil {
			t.Errorf("%s: a silent proxy became a connection", scheme)
		}
	}
}

func dialThrough(t *testing.T, p *server, scheme string) net.Conn {
	t.Helper()
	dial, _, err := proxy.Parse(scheme + "://" + p.address)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := dial(t.Context(), "tcp", "127.0.0.1:80")
	if err != nil {
		t.Fatal(err)
	}
	return conn
}

// server is a fake proxy on loopback.
type server struct {
	address string
	asked   atomic.Int32
}

func listen(t *testing.T, serve func(net.Conn)) *server {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &server{address: l.Addr().String()}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			s.asked.Add(1)
			go func() {
				defer c.Close()
				serve(c)
			}()
		}
	}()
	t.Cleanup(func() {
		_ = l.Close()
		<-done
	})
	return s
}

// serveSOCKS implements as much of RFC 1928 as a client without a login needs,
// and connects everybody to target.
func serveSOCKS(c net.Conn, target string) {
	head := make([]byte, 2)
	if _, err := io.ReadFull(c, head); err != nil || head[0] != 5 {
		return
	}
	if _, err := io.CopyN(io.Discard, c, int64(head[1])); err != nil {
		return
	}
	_, _ = c.Write([]byte{5, 0})
	request := make([]byte, 5)
	if _, err := io.ReadFull(c, request); err != nil || request[3] != 3 { // a name, not an address
		return
	}
	rest := make([]byte, int(request[4])+2)
	if _, err := io.ReadFull(c, rest); err != nil || string(rest[:request[4]]) != "recorder.invalid" ||
		binary.BigEndian.Uint16(rest[request[4]:]) != 8080 {
		return
	}
	_, _ = c.Write([]byte{5, 0, 0, 1, 127, 0, 0, 1, 0, 0})
	relay(c, c, target)
}

func serveCONNECT(c net.Conn, target string) {
	reader := bufio.NewReader(c)
	request, err := http.ReadRequest(reader)
	if err != nil || request.Method != http.MethodConnect || request.Host != "recorder.invalid:8080" {
		return
	}
	_, _ = io.WriteString(c, "HTTP/1.1 200 Connection established\r\n\r\n")
	relay(c, reader, target)
}

func relay(c net.Conn, from io.Reader, target string) {
	out, err := (&net.Dialer{}).Dial("tcp", target)
	if err != nil {
		return
	}
	defer out.Close()
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = io.Copy(out, from)
		_ = out.(*net.TCPConn).CloseWrite()
	}()
	if _, err := io.Copy(c, out); err != nil && !errors.Is(err, net.ErrClosed) {
		return
	}
	_ = c.Close()
	<-done
}
