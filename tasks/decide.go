package tasks

import (
	"errors"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks/archive"
	"example.com/hikgrab/tasks/worker"
)

// This file is the table of what follows from a failure. It changes nothing and
// asks nobody. From what was asked, what was answered and what else has since
// come or been refused, decide makes a decision; resolve (hold.go) carries it
// out.
//
// A refusal at first says something only about the part that was asked for. It
// says something about the recorder once something else is refused too, with
// nothing served in between. So a refused part becomes a suspect, and the next
// request asks for something else. If that comes, the part is to blame and its
// try counts; if not, the recorder is held. If something comes while fewer
// downloads run than at the refusal, nobody is blamed: the recorder may not be
// able to serve so many at once.

// asked is the kind of a request.
type asked int

const (
	askedSignIn    asked = iota // sign in and list the channels
	askedSearch                 // search a camera's recordings
	askedRecording              // one recording
	askedProof                  // anything, to find out whether the recorder answers
	askedDerived                // files made from recordings: no recorder takes part
)

// trouble is a request that failed.
type trouble struct {
	asked asked
	err   error
	bytes bool // some of it came
}

// standing is what else is known when a trouble is decided.
type standing struct {
	signedIn  bool // the recorder has accepted the login
	known     bool // the recorder has answered in this run
	blamed    bool // this part was already found to blame, or most of its camera's parts
	early     bool // it was asked for before the first suspect was refused
	suspects  int  // other parts refused since the recorder last served one
	oneCamera bool // the suspects and this part are of one camera
	elsewhere bool // something of another camera can be asked for
	alone     bool // nothing but this part can be asked for
	held      bool // the recorder is held, and no probe is due

	strange int           // broken answers in a row, if they concern more than one camera
	misses  int           // probes in a row that found the recorder busy or away
	missing time.Duration // since the first of them
	idle    bool          // nothing else is active at the recorder
	tries   int           // allowed

	unattended bool          // nobody is at the screen
	locked     time.Duration // since the first of a series of lock-outs
}

// fate is what a trouble means for the part that was asked for.
type fate int

const (
	asksAgain fate = iota // it is not at fault
	counts                // one of its tries is used up
	suspected             // its try counts as soon as something else comes
	isLost                // another try would be useless
)

// move is what a trouble means for the recorder.
type move int

const (
	goesOn  move = iota
	doubts       // ask for something else next
	isHeld       // leave it alone for a while, then ask for one thing
	givesUp      // ask for nothing until the operator says so
)

// decision is what follows from a trouble.
type decision struct {
	part    fate
	move    move
	kind    nvr.Kind      // of a hold
	volume  archive.Kind  // Full or Denied: write nothing more for a while; NoRoom: only if nothing is active
	step    int           // waits grow with the number of failures in a row; 0 is at once
	atLeast time.Duration // the shortest wait
	strange bool          // it counts as a broken answer
}

// decide is the table. If nobody is at the screen, it gives up at once a
// recorder that is to be left alone for longer than patience: a nightly run
// must end and say so.
func decide(t trouble, s standing) decision {
	d := decideAttended(t, s)
	if d.move == isHeld && s.unattended && d.atLeast > 0 && s.locked+d.atLeast > patience {
		return decision{part: d.part, move: givesUp, kind: d.kind}
	}
	return d
}

// decideAttended is the table for a run that an operator watches.
func decideAttended(t trouble, s standing) decision {
	if _, left := errors.AsType[*worker.LeftError](t.err); left {
		return decision{}
	}
	if _, panicked := errors.AsType[*worker.PanicError](t.err); panicked {
		return decision{part: isLost}
	}
	if kind := archive.KindOf(t.err); kind != archive.KindUnknown {
		return decideDisk(kind, t)
	}
	e, ok := errors.AsType[*nvr.Error](t.err)
	if !ok {
		return decision{part: counts, step: 1}
	}
	if e.Final() {
		// It cannot work until somebody acts: the address leads to another kind of
		// server, or the device lacks the function.
		if t.asked == askedSignIn || t.asked == askedProof {
			return decision{move: givesUp, kind: nvr.Unreachable}
		}
		return decision{part: isLost}
	}
	switch e.Kind {
	case nvr.Auth, nvr.TLS: // asking again automatically would lock the account
		return decision{move: givesUp, kind: e.Kind}
	case nvr.Locked:
		if !s.signedIn || e.RetryAfter <= 0 { // nobody knows whether the next try would lock the account again
			return decision{move: givesUp, kind: nvr.Locked}
		}
		return decision{move: isHeld, kind: nvr.Locked, atLeast: e.RetryAfter}
	case nvr.Unreachable:
		return away(e, s)
	case nvr.Forbidden, nvr.TooLarge:
		return decision{part: isLost}
	case nvr.Gone:
		return decision{part: counts, step: 1}
	case nvr.Busy, nvr.Timeout, nvr.Slow, nvr.Short:
		return decideRefusal(e, t, s)
	case nvr.Protocol, nvr.KindUnknown:
	}
	return decideStrange(e, t, s)
}

// decideDisk is the part of the table for what this machine's disk refuses.
func decideDisk(kind archive.Kind, t trouble) decision {
	_, unnamed := errors.AsType[*worker.PlaceError](t.err)
	switch kind {
	case archive.Full:
		return decision{volume: archive.Full}
	case archive.Denied:
		switch {
		case t.asked == askedDerived: // a file of the operator's may be there; recordings are not in its way
			return decision{part: isLost}
		case unnamed: // the disk accepts data, but not under that name
			return decision{part: counts, step: 1}
		}
		return decision{volume: archive.Denied}
	case archive.NoRoom: // others may fit
		return decision{volume: archive.NoRoom, atLeast: noRoomAgain}
	case archive.InUse:
		return decision{atLeast: inUseAgain}
	case archive.TooLarge:
		return decision{part: isLost}
	case archive.Damaged, archive.KindUnknown:
	}
	return decision{part: counts, step: 1}
}

// decideRefusal is the part of the table for a recorder that answers but
// refuses the request.
func decideRefusal(e *nvr.Error, t trouble, s standing) decision {
	suspect := decision{part: suspected}
	switch {
	case t.asked == askedSignIn, !s.signedIn, t.asked == askedProof:
		return overtaxed(e, s)
	case t.bytes, s.blamed: // it serves, but not this
		return decision{part: counts, step: 1, atLeast: e.RetryAfter}
	case s.suspects > 0 && s.early: // several were active at once
		return suspect
	case s.suspects == 0 && s.alone && !s.idle: // it may be one too many
	case s.suspects == 0, s.oneCamera && s.elsewhere:
		suspect.move = doubts
		return suspect
	}
	d := overtaxed(e, s)
	d.part = suspected
	return d
}

// decideStrange is the part of the table for broken answers. A recorder that
// gives many in a row, whatever it is asked, is out of order.
func decideStrange(e *nvr.Error, t trouble, s standing) decision {
	d := decision{part: counts, step: 1, atLeast: e.RetryAfter, strange: !t.bytes}
	if !s.signedIn || !t.bytes && s.strange+1 >= mostStrange {
		held := away(e, s)
		d.move, d.kind, d.step, d.atLeast = held.move, held.kind, held.step, held.atLeast
		if !s.signedIn {
			d.part = asksAgain
		}
	}
	return d
}

// overtaxed leaves alone a recorder that refuses everything.
func overtaxed(e *nvr.Error, s standing) decision {
	if e.Kind != nvr.Busy {
		return away(e, s)
	}
	if s.misses+1 >= s.tries && s.missing > patience && s.idle {
		return decision{move: givesUp, kind: nvr.Busy}
	}
	return decision{move: isHeld, kind: nvr.Busy, step: min(s.misses+1, 4), atLeast: e.RetryAfter}
}

// away holds a recorder that does not answer. One that never answered in this
// run gets as many probes as a recording gets tries; one that did also gets
// patience.
func away(e *nvr.Error, s standing) decision {
	if s.held {
		return decision{} // one of several requests that failed together
	}
	enough := firstPatience
	if s.known {
		enough = patience
	}
	if s.misses+1 >= s.tries && (s.missing > enough || !s.known && s.tries == 1) {
		return decision{move: givesUp, kind: nvr.Unreachable}
	}
	return decision{move: isHeld, kind: nvr.Unreachable, step: min(s.misses+1, 5), atLeast: e.RetryAfter}
}
