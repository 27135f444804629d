package hub

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/nats-io/nats.go"

	"example.com/hikgrab/tasks/fleet"
)

// kindPieces asks a machine to open the connection for pieces of files: beats
// must not queue behind video.
const kindPieces fleet.Kind = "pieces"

const (
	pieceAnswerers = 8               // pieces read at once
	pieceWrite     = 2 * time.Minute // for active pieces to get through a slow line
)

// pieces is the second connection of either side, made when first needed. The
// zero value is ready to use.
type pieces struct {
	mu        sync.Mutex
	conn      *nats.Conn
	listening *listener
}

// open returns the connection, or makes it with connect. It does not wait for a
// broken one to reconnect.
func (p *pieces) open(connect func() (*nats.Conn, *listener, error)) (*nats.Conn, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.conn != nil && p.conn.IsConnected() {
		return p.conn, nil
	}
	p.drop()
	var err error
	p.conn, p.listening, err = connect()
	return p.conn, err
}

func (p *pieces) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.drop()
}

func (p *pieces) drop() {
	if p.listening != nil {
		p.listening.stop()
	}
	if p.conn != nil {
		p.conn.Close()
	}
	p.conn, p.listening = nil, nil
}

// askPiece asks for a piece of a file; it tells a machine that does not listen
// for pieces yet to do so.
func (h *Hub) askPiece(ctx context.Context, to fleet.MachineID, data []byte) ([]byte, error) {
	conn, err := h.pieces.open(func() (*nats.Conn, *listener, error) {
		conn, err := h.connect(nats.FlusherTimeout(pieceWrite))
		return conn, nil, err
	})
	if err != nil {
		return nil, err
	}
	got, err := ask(ctx, conn, h.names.down(to, fleet.KindPiece), data)
	if !errors.Is(err, fleet.ErrAbsent) {
		return got, err
	}
	bounded, cancel := context.WithTimeout(ctx, joinTime)
	defer cancel()
	if _, err := ask(bounded, h.conn, h.names.down(to, kindPieces), nil); err != nil {
		return nil, fleet.ErrAbsent // it has gone, or must be asked again
	}
	return ask(ctx, conn, h.names.down(to, fleet.KindPiece), data)
}

// bringPieces opens this machine's connection for pieces and listens on it.
func (l *Link) bringPieces(ctx context.Context, answer fleet.Answer) []byte {
	_, err := l.pieces.open(func() (*nats.Conn, *listener, error) {
		d := &dialer{ctx: context.WithoutCancel(ctx), pin: l.to.Pin, addresses: l.to.Addresses}
		conn, err := l.connect(ctx, d, nats.FlusherTimeout(pieceWrite))
		if err != nil {
			return nil, nil, err
		}
		listening, err := l.listen(conn, pieceAnswerers, answer, fleet.KindPiece)
		if err == nil {
			err = conn.FlushTimeout(answerTime) // the server knows of it by the time the coordinator asks
		}
		return conn, listening, err
	})
	if err != nil {
		l.opts.Log.Warn("The connection for files cannot be opened", "error", err)
		return nil
	}
	return []byte{}
}
