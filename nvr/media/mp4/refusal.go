package mp4

// RefusalKind says in words why Read refuses a file.
type RefusalKind string

// The kinds of refusal.
const (
	NotMP4         RefusalKind = "not an MP4 file"
	Damaged        RefusalKind = "a damaged MP4" // tables contradict each other or the file
	Fragmented     RefusalKind = "an MP4 in fragments"
	NoPictures     RefusalKind = "an MP4 without pictures" // no video track with samples
	Encrypted      RefusalKind = "an encrypted MP4"
	SeveralEntries RefusalKind = "an MP4 with several sample entries in a track"
	ForeignEdits   RefusalKind = "an MP4 with an edit list that does more than trim and delay"
	Elsewhere      RefusalKind = "an MP4 whose samples are in other files"
	TooLarge       RefusalKind = "an MP4 larger than any recording"
)

// Refusal is the error for a file that Read does not accept.
type Refusal struct {
	Kind   RefusalKind
	Detail string // what was found; may be empty
}

// Error returns the reason in words.
func (r *Refusal) Error() string {
	if r.Detail == "" {
		return string(r.Kind)
	}
	return string(r.Kind) + ": " + r.Detail
}

func damaged(detail string) error { return &Refusal{Damaged, detail} }
