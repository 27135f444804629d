package simulator

import (
	"encoding/hex"
	"io"
	"net"
)

// Stranger is what answers at a port that is not the recorder's web server.
type Stranger int

// The strangers.
const (
	SilentPort   Stranger = iota // takes connections and never says a word
	HangingUp                    // takes connections and ends them at the first byte
	BinaryAnswer                 // answers in the language of the vendor's own programs
)

// Serve answers one connection and closes it.
func (s Stranger) Serve(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	first := make([]byte, 4096)
	if _, err := conn.Read(first); err != nil {
		return
	}
	switch s {
	case HangingUp:
		return
	case BinaryAnswer:
		answer, _ := hex.DecodeString("0000001063000000000000010000000200")
		_, _ = conn.Write(answer)
	case SilentPort:
	}
	_, _ = io.Copy(io.Discard, conn)
}
