package worker

import (
	"context"
	"errors"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks/archive"
)

// mostByTime limits the attempts to fetch a recording by time. After that,
// fetching the whole recording may still work.
const mostByTime = 2

// byTime fetches only the wanted part of a recording, from a recorder that
// claims to support download by time. It does not trust the answer: after the
// first one that does not match the request, the recorder counts as not
// supporting it. If the answer was unusable, why gives the reason and the
// caller should fetch the whole recording in the same attempt, because asking
// by time was our own idea.
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

// afterAll fetches the whole recording after a download by time failed. If the
// recorder then sends it, the refusal was about the time range only.
func (o Fetch) afterAll(ctx context.Context, refused error, why string) Fetched {
	out := o.whole(ctx, "not fetched by time: "+why)
	if errors.Is(refused, nvr.ErrNotByTime) && (out.Err == nil || out.Receipt.Received > 0) {
		o.Recorder.NoteByTime(false, why)
	}
	return out
}
