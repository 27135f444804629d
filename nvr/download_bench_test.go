package nvr_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"

	"example.com/hikgrab/nvr"
)

// count is a sink that only counts.
type count struct{ n int64 }

func (c *count) Write(p []byte) (int, error) {
	c.n += int64(len(p))
	return len(p), nil
}

func (c *count) Offset() int64 { return c.n }

func (c *count) Tail([]byte) error { return nil }

func (c *count) Reset() error {
	c.n = 0
	return nil
}

// BenchmarkDownload measures the cost of the client alone: the server is a bare
// loop over loopback, and the sink does nothing.
func BenchmarkDownload(b *testing.B) {
	const size = 64 << 20
	block := bytes.Repeat([]byte("IMKH"), 64<<10)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/ISAPI/ContentMgmt/download" {
			_, _ = fmt.Fprint(w, "<DeviceInfo><model>DS-7616NI-K2</model></DeviceInfo>")
			return
		}
		w.Header().Set("Content-Length", strconv.Itoa(size))
		for n := 0; n < size; n += len(block) {
			_, _ = w.Write(block)
		}
	}))
	defer server.Close()
	address, err := nvr.ParseAddress(server.Listener.Addr().String())
	if err != nil {
		b.Fatal(err)
	}
	client := nvr.New(nvr.Config{Address: address})
	defer client.Close()
	rec := nvr.Recording{Track: 101, URI: "rtsp://10.0.0.5/Streaming/tracks/101", Size: size}
	b.SetBytes(size)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := client.Download(b.Context(), rec, new(count)); err != nil {
			b.Fatal(err)
		}
	}
}
