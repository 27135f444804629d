package archive

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"

	"example.com/hikgrab/nvr/media/splice"
)

// cutting is what came of wanting a clip.
type cutting struct {
	clip  *record // synced but without its name yet; nil when the whole is kept
	note  string  // why the whole is kept; empty when nothing needs to be said
	final bool    // another attempt would end the same
}

// clip puts the clip in the place of the MP4 that was just made, where one is
// wanted.
func (c *conversion) clip(ctx context.Context, pr *proof) error {
	if c.item.clip() == (clip{}) {
		return nil
	}
	whole := movieOf(c.id)
	cut, err := c.cut(ctx, *pr.movie, whole.part())
	if err == nil && cut.clip == nil {
		pr.movie.remark(cut.note)
		pr.uncut = cut.final
		return nil
	}
	pr.movie = cut.clip
	return c.failed("cut", errors.Join(err, c.archive.removePart(whole)))
}

// cut makes the clip that the item wants of its MP4, which stands under name
// and begins when whole says. Of what package splice gives up, the whole is
// kept: an hour too much is better than none. An error is the disk's or the
// operator's.
func (c *conversion) cut(ctx context.Context, whole record, name string) (cutting, error) {
	piece := c.archive.Piece(name, readWall(whole.Begins))
	piece.Mute = c.item.DropAudio // an earlier run's MP4 may have sound
	files, left, err := splice.Plan(ctx, []splice.Piece{piece}, c.item.window())
	switch {
	case err != nil:
		return uncuttable(ctx, err)
	case len(left) > 0:
		return cutting{note: "it could not be cut: " + left[0].Reason.Error(), final: true}, nil
	case len(files) == 0:
		return cutting{note: "not cut: it has no pictures in the period", final: true}, nil
	case len(files) > 1:
		return cutting{note: fmt.Sprintf("not cut: the period would take %d files", len(files)), final: true}, nil
	case files[0].Parts[0].Whole && c.span == (Span{}):
		return cutting{final: true}, nil
	}
	whole.Clip = c.item.clip()
	whole.Bytes, whole.SHA256, err = c.archive.produce(ctx, whole.fileID(), func(dst io.WriteSeeker) error {
		err := splice.Write(ctx, dst, files[0], new(atomic.Int64))
		return err
	}, c.written, new(atomic.Int64))
	if err != nil {
		return uncuttable(ctx, err)
	}
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
