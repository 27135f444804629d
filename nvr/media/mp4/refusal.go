package mp4

// RefusalKind names what Read cannot do well.
type RefusalKind int

// The kinds of refusal.
const (
	NotMP4         RefusalKind = iota // another kind of file
	Damaged                           // tables that contradict each other or the file
	Fragmented                        // the samples are told of piece by piece
	NoPictures                        // no track of video with samples
	Encrypted                         // the samples are encrypted
	SeveralEntries                    // a track changes its format
	ForeignEdits                      // an edit list that does more than trim and delay
	Elsewhere                         // the samples are in other files
	TooLarge                          // more of something than any recording has
)

var refusalWords = [...]string{
	NotMP4:         "not an MP4 file",
	Damaged:        "a damaged MP4",
	Fragmented:     "an MP4 in fragments",
	NoPictures:     "an MP4 without pictures",
	Encrypted:      "an encrypted MP4",
	SeveralEntries: "an MP4 with several sample entries in a track",
	ForeignEdits:   "an MP4 with an edit list that does more than trim and delay",
	Elsewhere:      "an MP4 whose samples are in other files",
	TooLarge:       "an MP4 larger than any recording",
}

// Refusal says why Read does not take a file. It is an error.
type Refusal struct {
	Kind   RefusalKind
	Detail string // what was found; may be empty
}

// Error returns the reason in words.
func (r *Refusal) Error() string {
	text := "unknown reason"
	if r.Kind >= 0 && int(r.Kind) < len(refusalWords) {
		text = refusalWords[r.Kind]
	}
	if r.Detail != "" {
		text += ": " + r.Detail
	}
	return text
}

func damaged(detail string) error { return &Refusal{Damaged, detail} }
