package worker

import (
	"context"
	"errors"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks/archive"
)

// mostByTime is how often a recording is asked for by time. What failed so often
// may work whole.
const mostByTime = 2

// byTime fetches no more of a recording than is wanted, from a recorder that claims
// to download by time. What came is not trusted: at the first answer that is not
// what was asked, the recorder counts as one that does not. When nothing that can
// be used came, why says so, and the whole recording is to be fetched, in the same
// attempt: that it was asked by time is nobody's fault but ours.
func (o Fetch) byTime(ctx context.Context, span archive.Span) (out Fetched, why string) {
	part, err := o.Archive.CreatePiece(o.Item)
	if err != nil {
		return Fetched{Err: err}, ""
	}
	sink := o.into(ctx, part)
	defer func() { _ = sink.Part.Close() }()
	out.Receipt, out.Err = o.Recorder.DownloadSpan(ctx, o.Item.Recording, span.From, span.To, sink)
	if sink.Part != part {
		out.Receipt.Notes = append(out.Receipt.Notes, archive.SentWhole)
	}
	if out.Err == nil {
		out = o.commit(ctx, sink.Part, out.Receipt)
	}
	switch {
	case out.Err == nil, sink.Part != part:
		o.Recorder.NoteByTime(!sink.Part.Whole(), "it sent the whole recording")
		return out, ""
	case errors.Is(out.Err, nvr.ErrNotByTime):
		e, _ := errors.AsType[*nvr.Error](out.Err)
		return out, e.What()
	case archive.KindOf(out.Err) == archive.Damaged:
		e, _ := errors.AsType[*archive.Error](out.Err)
		if !errors.Is(e, archive.ErrOdd) {
			o.Recorder.NoteByTime(false, e.Err.Error())
		}
		return out, e.Err.Error()
	}
	return out, ""
}

// afterAll fetches the whole recording after it was asked for by time in vain. A
// recorder that gives it refuses nothing else.
func (o Fetch) afterAll(ctx context.Context, refused error, why string) Fetched {
	out := o.whole(ctx, "not fetched by time: "+why)
	if errors.Is(refused, nvr.ErrNotByTime) && (out.Err == nil || out.Receipt.Received > 0) {
		o.Recorder.NoteByTime(false, why)
	}
	return out
}
