package archive

import (
	"context"
	"fmt"
	"io"
	"math"
	"sync/atomic"
	"time"

	"example.com/hikgrab/nvr/media/splice"
)

// cutting is what came of wanting a clip.
type cutting struct {
	clip  *record // synced but without its name yet; nil when the whole is kept
	note  string  // why the whole is kept; empty when nothing needs to be said
	final bool    // another attempt would end the same
}

// cut makes the clip that the item wants of its MP4, which stands under name
// and begins when whole says. Of what package splice gives up, the whole is
// kept: an hour too much is better than none. An error is the disk's or the
// operator's.
func (p *Part) cut(ctx context.Context, whole record, name string) (cutting, error) {
	piece := splice.Piece{
		Name: name, Start: readWall(whole.begins()),
		Open: func() (splice.Input, error) { return p.archive.input(name) },
		Mute: p.item.DropAudio, // an earlier run's MP4 may have sound
	}
	files, left, err := splice.Plan(ctx, []splice.Piece{piece}, p.item.window())
	switch {
	case err != nil:
		return uncuttable(ctx, err)
	case len(left) > 0:
		return cutting{note: "it could not be cut: " + left[0].Reason.Error(), final: true}, nil
	case len(files) == 0:
		return cutting{note: "it is whole: it has no pictures of the time that was asked", final: true}, nil
	case len(files) > 1:
		return cutting{note: fmt.Sprintf("it is whole: what was asked would be %d files", len(files)), final: true}, nil
	case files[0].Parts[0].Whole:
		return cutting{final: true}, nil
	}
	wanted := p.item.clip()
	made, err := p.produce(ctx, fileID{p.id, MP4, wanted}, func(dst io.WriteSeeker) error {
		_, err := splice.Write(ctx, dst, files[0], new(atomic.Int64))
		return err
	})
	if err != nil {
		return uncuttable(ctx, err)
	}
	whole.Clip, whole.Bytes, whole.SHA256 = wanted, made.Bytes, made.SHA256
	whole.show(&files[0])
	return cutting{clip: &whole}, nil
}

// uncuttable is what comes of an error that does not lie in the MP4 for sure.
func uncuttable(ctx context.Context, err error) (cutting, error) {
	if reason, ok := unfit(ctx, err); ok {
		return cutting{note: "it could not be cut: " + reason}, nil
	}
	return cutting{}, err
}

// input opens an MP4 of ours for package splice.
func (a *Archive) input(name string) (splice.Input, error) {
	f, err := a.root.OpenRead(name)
	if err != nil {
		return nil, err
	}
	return splice.FromFile(f)
}

// show takes over what a spliced file shows. It covers at least what its start
// and end say, which have no fractions of a second.
func (r *record) show(f *splice.File) {
	r.Start = f.Start.Truncate(time.Second).Format(wallLayout)
	r.End = f.End.Add(time.Second - 1).Truncate(time.Second).Format(wallLayout)
	r.begin(f.Start)
	r.Codec, r.Width, r.Height, r.Frames = field(f.Codec), f.Width, f.Height, f.Frames
	length := f.End.Sub(f.Start)
	r.Seconds, r.FPS = thousandths(length.Seconds()), 0
	if moving := length - f.GapTime; f.Frames > 1 && moving > 0 {
		r.FPS = thousandths(float64(f.Frames-f.GapCount) / moving.Seconds())
	}
}

func thousandths(f float64) float64 { return math.Round(f*1000) / 1000 }
