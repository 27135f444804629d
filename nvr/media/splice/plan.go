package splice

import (
	"context"
	"errors"
	"slices"

	"example.com/hikgrab/nvr/media/mp4"
)

// Plan reads the indexes of the pieces and says which parts of them make which
// files. Pieces may come in any order; Plan sorts them by start. The files
// begin with the last key frame at or before w.From, and end just before the
// first key frame at or after w.To. Files are sorted by start. There are none
// if nothing is in the window.
//
// Normally there is one file. Another begins where the video or the sound
// changes format, after a gap of more than GapLimit or a silence that an MP4
// cannot express, and where pieces overlap by more than OverlapLimit.
//
// Plan lists pieces that cannot be used, with the reason. It returns the error
// of the context, or of a piece that could not be opened or read.
func Plan(ctx context.Context, pieces []Piece, w Span) ([]File, []LeftOut, error) {
	if !w.From.IsZero() && !w.To.IsZero() && !w.From.Before(w.To) {
		return nil, nil, nil
	}
	order := make([]int, len(pieces))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return pieces[a].Start.Compare(pieces[b].Start) })
	s := sorter{window: w}
	for _, i := range order {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		if !w.To.IsZero() && !pieces[i].Start.Before(w.To) {
			break
		}
		v, err := look(i, pieces[i], w)
		if refusal, ok := errors.AsType[*mp4.Refusal](err); ok {
			s.leave(i, refusal)
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		if v == nil {
			continue
		}
		if err := s.sort(v); err != nil {
			return nil, nil, err
		}
	}
	files, err := s.files(ctx)
	slices.SortStableFunc(files, func(a, b File) int { return a.Start.Compare(b.Start) })
	slices.SortFunc(s.left, func(a, b LeftOut) int { return a.Piece - b.Piece })
	return files, s.left, err
}
