package splice_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"example.com/hikgrab/nvr/media/splice"
)

// TestCutThenJoin cuts a recording anywhere, joins the parts, and gets the
// whole recording back: every picture and every packet of sound, each at its
// time.
func TestCutThenJoin(t *testing.T) {
	t.Parallel()
	cams := []*camera{
		see(t, lens{source: "plain.h264", frames: 144, sound: "alaw"}),
		see(t, lens{source: "plain.h265", frames: 144, step: 3003, sound: "aac"}),
		see(t, lens{source: "bframes.h264", frames: 100, reorder: true, sound: "mp2"}),
		see(t, lens{source: "plain.h264", frames: 144, sound: "alaw", at: func(i int, t int64) int64 {
			return t + int64(i*i%7)*313 + int64(i/96)*clock*60
		}}),
	}
	rapid.Check(t, func(r *rapid.T) {
		c := cams[rapid.IntRange(0, len(cams)-1).Draw(r, "camera")]
		all := span{0, len(c.pictures)}
		whole := c.files(t, all)
		from, until := c.seen(all)
		cuts := rapid.SliceOfNDistinct(rapid.Int64Range(from+1, until-1), 1, 4, rapid.ID).Draw(r, "cuts")
		if rapid.Bool().Draw(r, "on pictures") {
			for i := range cuts {
				cuts[i] = c.pictures[int(cuts[i])%len(c.pictures)].shown
			}
		}
		slices.Sort(cuts)
		cuts = slices.Compact(cuts)
		var clips []splice.Piece
		w := splice.Span{}
		for _, cut := range append(cuts, until+1) {
			w.From, w.To = w.To, at(cut)
			list, _ := splices(t, whole, w)
			for _, f := range list {
				clips = append(clips, pieceOf(f.bytes, f.plan.Start))
			}
		}
		if rapid.Bool().Draw(r, "reversed") {
			slices.Reverse(clips)
		}
		list, _ := splices(t, clips, splice.Span{})
		if len(list) != 1 {
			r.Fatalf("%d files", len(list))
		}
		c.shows(t, list[0], all)
	})
}
