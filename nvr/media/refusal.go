package media

// RefusalKind says in words why Remux cannot convert a recording well.
type RefusalKind string

// The kinds of refusal.
const (
	ForeignContainer RefusalKind = "not an MPEG program stream"
	NoVideo          RefusalKind = "no H.264 or H.265 key frame in it"
	ForeignCodec     RefusalKind = "video that is neither H.264 nor H.265"
	Encrypted        RefusalKind = "the recording is encrypted: switch stream encryption off on the recorder, or play it with the vendor's player"
	FieldPictures    RefusalKind = "interlaced video in separate fields"
	Reordered        RefusalKind = "frames out of order without decoding times"
	HugeFrame        RefusalKind = "a frame is too large"
	TooLong          RefusalKind = "more frames or more time than any recording has"
)

// Refusal is the error for a recording that Remux cannot convert well.
type Refusal struct {
	Kind   RefusalKind
	Detail string // what was found instead; may be empty
}

// Error returns the reason in words.
func (r *Refusal) Error() string {
	if r.Detail == "" {
		return string(r.Kind)
	}
	return string(r.Kind) + " (" + r.Detail + ")"
}
