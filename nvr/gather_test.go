package nvr_test

import (
	"bytes"
	"context"
	"io"
	"testing"
	"time"

	"example.com/hikgrab/nvr"
)

// store is a sink that keeps buffers, and checks that nobody changes one before
// it is released.
type store struct {
	memory
	writes, kept int
	late         time.Duration // the longest time between two writes
	last         time.Time
	back         []func()
}

func (s *store) Write(p []byte) (int, error) {
	if s.writes++; !s.last.IsZero() {
		s.late = max(s.late, time.Since(s.last))
	}
	s.last = time.Now()
	return s.memory.Write(p)
}

func (s *store) Keep(p []byte, done func()) (int, error) {
	s.kept++
	before := bytes.Clone(p)
	s.back = append(s.back, func() {
		if !bytes.Equal(p, before) {
			panic("a piece was changed that had not been given back")
		}
		done()
	})
	if len(s.back) > 3 {
		s.back[0]()
		s.back = s.back[1:]
	}
	return s.Write(p)
}

// socket is a stream with a rate. Data arrives twenty times a second and waits
// in a buffer until it is read.
type socket struct {
	rate, size int64
	buffer     int64 // the sender pauses while this much waits; 0 is unlimited
	began      time.Time
	read       int64
}

const bit = 50 * time.Millisecond

func (s *socket) Read(p []byte) (int, error) {
	if s.began.IsZero() {
		s.began = time.Now()
	}
	for {
		sent := min(s.rate*int64(time.Since(s.began)/bit)/20, s.size)
		if s.buffer > 0 && sent > s.read+s.buffer { // the sender paused while nobody read
			s.began = s.began.Add(time.Duration(float64(sent-s.read-s.buffer) / float64(s.rate) * float64(time.Second)))
			sent = s.read + s.buffer
		}
		if n := min(sent-s.read, int64(len(p))); n > 0 {
			for i := range n {
				p[i] = byte(s.read + i)
			}
			s.read += n
			return int(n), nil
		}
		if s.read == s.size {
			return 0, io.EOF
		}
		time.Sleep(bit - time.Since(s.began)%bit)
	}
}

// TestPiecesAreGathered gathers small pieces for at most a second, without
// making a download slower.
func TestPiecesAreGathered(t *testing.T) {
	tests := []struct {
		name         string
		socket       socket
		known        bool // the total size is known
		writes, kept int  // most writes, least kept buffers
		late         time.Duration
	}{
		{"a slow uplink", socket{rate: 12_000, size: 720_000}, true, 85, 0, time.Second + 2*bit},
		{"nobody knows how much comes", socket{rate: 12_000, size: 720_000}, false, 85, 0, time.Second + 2*bit},
		{"a usual stream", socket{rate: 1_000_000, size: 20_000_000}, true, 130, 90, 300 * time.Millisecond},
		{"a fast one", socket{rate: 50_000_000, size: 50_000_000}, true, 300, 150, 300 * time.Millisecond},
		{"a photo", socket{rate: 20_000, size: 40_000}, true, 25, 0, time.Second + 2*bit},
		{"nothing gathers", socket{rate: 24_000, size: 720_000, buffer: 1200}, true, 700, 0, time.Second + 2*bit},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				limit, s, began := int64(-1), &store{}, time.Now()
				if test.known {
					limit = test.socket.size
				}
				if err := nvr.Copy(t.Context(), &test.socket, s, limit); err != nil || int64(s.Len()) != test.socket.size {
					t.Fatalf("%d bytes: %v", s.Len(), err)
				}
				took := time.Since(began)
				for _, done := range s.back {
					done()
				}
				for i, b := range s.Bytes() {
					if b != byte(i) {
						t.Fatalf("byte %d is not what was sent", i)
					}
				}
				if s.writes > test.writes || s.kept < test.kept || s.late > test.late {
					t.Errorf("%d writes, %d of them kept, %v between two", s.writes, s.kept, s.late)
				}
				usual := time.Duration(float64(test.socket.size) / float64(test.socket.rate) * float64(time.Second))
				if took > usual+time.Second+2*bit || test.known && test.socket.buffer == 0 && took > usual+2*bit {
					t.Errorf("it took %v instead of %v", took, usual)
				}
			})
		})
	}
}

// TestARestEndsWhenTheDownloadDoes stops a slow download without waiting for a
// rest to end.
func TestARestEndsWhenTheDownloadDoes(t *testing.T) {
	bubble(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		var asked time.Time
		time.AfterFunc(10*time.Second+500*time.Millisecond, func() { asked = time.Now(); cancel() })
		body := &until{ctx, &socket{rate: 20_000, size: 1 << 30}}
		if err := nvr.Copy(ctx, body, new(memory), 1<<30); err == nil {
			t.Fatal("it ended by itself")
		}
		if took := time.Since(asked); took > 50*time.Millisecond {
			t.Errorf("it took %v to stop", took)
		}
	})
}

// until is a body that ends with a context.
type until struct {
	ctx context.Context
	io.Reader
}

func (u *until) Read(p []byte) (int, error) {
	if err := u.ctx.Err(); err != nil {
		return 0, err
	}
	return u.Reader.Read(p)
}

var _ nvr.Keeper = (*store)(nil)
