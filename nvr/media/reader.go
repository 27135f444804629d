package media

import (
	"fmt"
	"time"

	"example.com/hikgrab/nvr/media/es"
	"example.com/hikgrab/nvr/media/ps"
)

// sink receives what Remux writes. Pictures come in decoding order. Their times
// follow later, in the same order, because a jump counts only when the next
// picture confirms it.
type sink interface {
	soundSink
	picture(u *es.AccessUnit)
	pictureTime(at, shift int64)
}

// reader parses a recording and judges it. Scanner and Remux share it, so that
// both find the same.
type reader struct {
	sink   sink // nil when only the report matters
	report Report

	head  []byte // the first bytes, until the container is known
	begun bool
	demux *ps.Demuxer
	video es.Splitter
	audio audio
	times timeline
	count numbers
	again recent

	rate             int64 // units per second of the stamps; 0 for 90000
	videoID, audioID byte  // 0 until the first packet
	announced        string
	foreign          bool // the announced video is not H.264 or H.265
	dropAudio        bool // audio is not wanted
	videoHeld        byte // stream_type of the video in the map
	otherMaps        int  // maps with another video type after the first key frame
	pack             ps.Pack
	empty            bool             // nothing has come in the current pack yet
	interval         int64            // between frames, from the maps
	sps              es.SPS           // of the first key frame
	sets             es.ParameterSets // up to the first key frame; later ones are in the samples
	wall             int64            // wall clock of the latest map, until a packet takes it
	packets          int64            // of video
	scrambled        int64
	blind            int64 // stamped packets before the codec was known

	raw      int64 // stamp of the latest picture
	stamped  bool
	number   uint32 // number of the latest numbered picture
	zigzags  int64  // pictures stamped slightly before the previous one
	bare     int64  // pictures shifted without a stamp of their own
	shifted  bool   // the stream has pictures out of order
	fields   int64
	held     *es.AccessUnit // a damaged picture, waiting for its second copy
	cut      bool
	problems [problemKinds]Problem
	walls    walls
	end      int64 // time of the latest picture
	sinceKey int64 // time since the latest key frame, without gaps

	keyInterval int64 // the longest sinceKey from one key frame to the next
}

// newReader returns a reader. It uses only Span, StampRate and DropAudio of the
// options.
func newReader(s sink, o Options) *reader {
	r := &reader{sink: s, dropAudio: o.DropAudio, rate: o.StampRate}
	r.video = es.Splitter{Emit: r.picture, Keep: s != nil, Limit: frameLimit}
	r.times.place = r.placed
	if o.Span > 0 {
		r.times.span = ticks(o.Span + spanSlack)
	}
	r.audio.times = &r.times
	if !o.DropAudio {
		r.audio.sink = s
	}
	for k := range r.problems {
		r.problems[k].Kind = ProblemKind(k)
	}
	return r
}

// countLimit is the most pictures or audio frames that a recording may have. A
// day of audio has half as many. Package mp4 reads more than that, and it
// bounds what a Writer remembers.
const countLimit = 1 << 23

// spanSlack is how much longer than expected a recording may be, because
// recorders end files at key frames.
const spanSlack = 10 * time.Second

// write takes the next bytes of the file.
func (r *reader) write(p []byte) {
	r.report.Bytes += int64(len(p))
	if !r.begun {
		r.head = append(r.head, p...)
		if len(r.head) < SniffLen {
			return
		}
		p = r.begin()
	}
	if r.demux != nil {
		r.demux.Write(p)
	}
}

// begin identifies the container and returns the bytes for the demuxer.
func (r *reader) begin() []byte {
	r.begun = true
	head := r.head
	r.head = nil
	r.report.Container = Sniff(head)
	r.report.Info, _ = ParseInfo(head)
	r.hints(r.report.Info)
	if !r.report.Container.ProgramStream() {
		r.refuse(ForeignContainer, r.report.Container.String())
		return nil
	}
	at := packOffset(head)
	if at < 0 {
		at = infoLen
	}
	r.demux = ps.New(r, int64(at))
	return head[at:]
}

// finish ends the file.
func (r *reader) finish() {
	if !r.begun {
		p := r.begin()
		if r.demux != nil {
			r.demux.Write(p)
		}
	}
	if r.demux == nil {
		return
	}
	r.demux.Close()
	r.video.Flush()
	r.release()
	r.times.settle(true)
	r.conclude()
}

// Pack is called for each pack header.
func (r *reader) Pack(p ps.Pack) {
	r.pack, r.empty = p, true
}

// arrive notes that the current pack is not empty. An empty pack has lost its
// picture.
func (r *reader) arrive() {
	if r.empty && r.pack.Numbered {
		r.count.pack(r.pack.Number)
	}
	r.empty = false
}

// Packet is called for each packet.
func (r *reader) Packet(p *ps.Packet) {
	r.arrive()
	p.PTS, p.DTS = r.stamp(p.PTS), r.stamp(p.DTS)
	switch {
	case p.Video() && (r.videoID == 0 || p.ID == r.videoID):
		r.videoID = p.ID
		r.videoPacket(p)
	case p.Video():
		r.leaveOut(SecondVideo, p)
	case p.Audio() && (r.audioID == 0 || p.ID == r.audioID):
		r.audioID = p.ID
		if r.audio.packet(p, r.video.Offset()); r.audio.count > countLimit {
			r.refuse(TooLong, "")
		}
	case p.Audio() && !r.dropAudio:
		r.leaveOut(SecondAudio, p)
	}
}

// leaveOut counts a packet of a stream that has no track in the MP4.
func (r *reader) leaveOut(k ProblemKind, p *ps.Packet) {
	if !p.Continued {
		r.problem(k, 1, 0, p.Offset)
		r.problems[k].Detail = fmt.Sprintf("stream %02X", p.ID)
	}
}

func (r *reader) videoPacket(p *ps.Packet) {
	if !p.Continued {
		r.packets++
		if p.Scrambled {
			r.scrambled++
			r.problem(Scrambled, 1, 0, p.Offset)
		}
		if r.scrambled >= 16 && r.scrambled*2 > r.packets {
			r.refuse(Encrypted, "")
		}
		if r.foreign {
			r.refuse(ForeignCodec, r.announced)
		}
		if r.video.Codec == es.Unknown && p.HasPTS {
			r.blind++
		}
		if p.HasPTS {
			r.audio.seen = p.DTS
		}
		r.video.Mark(es.Stamp{
			PTS: p.PTS, DTS: p.DTS, HasPTS: p.HasPTS, HasDTS: p.HasDTS,
			Number: r.pack.Number, Numbered: r.pack.Numbered, Wall: r.wall,
		})
		r.wall = 0
	}
	if r.foreign {
		return
	}
	r.video.Write(p.Payload)
	if p.Damaged {
		r.video.Damage()
	}
}

// Damage is called for each damaged place.
func (r *reader) Damage(d ps.Damage) {
	if d.Kind == ps.Cut {
		r.cut = true
		r.problem(CutShort, 1, 0, d.Offset)
		return
	}
	r.video.Damage()
	r.problem(Garbage, 1, d.Bytes, d.Offset)
}

// problem counts a problem.
func (r *reader) problem(k ProblemKind, count, bytes, offset int64) {
	p := &r.problems[k]
	if p.Count == 0 {
		p.Offset = offset
	}
	p.Count += count
	p.Bytes += bytes
}

// refuse records why Remux cannot convert the recording. The first reason wins.
func (r *reader) refuse(k RefusalKind, detail string) {
	if r.report.Unfit == nil {
		r.report.Unfit = &Refusal{Kind: k, Detail: detail}
	}
}

var _ ps.Handler = (*reader)(nil)
