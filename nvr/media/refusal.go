package media

// RefusalKind names what Remux cannot do well.
type RefusalKind int

// The kinds of refusal.
const (
	ForeignContainer RefusalKind = iota // not an MPEG program stream
	NoVideo                             // no H.264 or H.265 key frame in it
	ForeignCodec                        // MJPEG, MPEG-4 or another kind of video
	Encrypted                           // the recorder encrypts its streams
	FieldPictures                       // interlaced H.264 that codes each field by itself
	Reordered                           // frames out of order without decoding times
	HugeFrame                           // a frame larger than any camera sends
	TooLong                             // more frames or more time than any recording has
)

var refusalWords = [...]string{
	ForeignContainer: "not an MPEG program stream",
	NoVideo:          "no H.264 or H.265 key frame in it",
	ForeignCodec:     "video that is neither H.264 nor H.265",
	Encrypted:        "the recording is encrypted: switch stream encryption off on the recorder, or play it with the vendor's player",
	FieldPictures:    "interlaced video in separate fields",
	Reordered:        "frames out of order without decoding times",
	HugeFrame:        "a frame is too large",
	TooLong:          "more frames or more time than any recording has",
}

// Refusal says why a recording stays as it is. It is an error.
type Refusal struct {
	Kind   RefusalKind
	Detail string // what was found instead; may be empty
}

// Error returns the reason in words.
func (r *Refusal) Error() string {
	text := "unknown reason"
	if r.Kind >= 0 && int(r.Kind) < len(refusalWords) {
		text = refusalWords[r.Kind]
	}
	if r.Detail != "" {
		text += " (" + r.Detail + ")"
	}
	return text
}
