package plain

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	"golang.org/x/term"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks"
	"example.com/hikgrab/tasks/archive"
	"example.com/hikgrab/ui/remedy"
	"example.com/hikgrab/ui/units"
)

// Lines prints one line per event for people and log files: the time, the type,
// the recorder, the camera, and what happened.
//
//	18:42:08  retry    10.20.0.11 ch03 Gate  timeout after 30 s, attempt 2 of 5 in 12 s
//	18:42:10  progress 47%  812 GiB of 1.7 TiB  187 MiB/s  01:21:00 left, until 20:03, Цех 1  downloading 12  waiting 231
//
// On a terminal it breaks lines that are too wide between words.
type Lines struct {
	w                 *bufio.Writer
	atLeast, ellipsis string     // signs
	columns           func() int // width of the terminal; nil if there is none

	// Recorders of a survey, for the end of the output.
	failed   []tasks.Finding
	answered []tasks.Finding
}

// NewLines returns a printer of lines to w. With ascii its own signs are ASCII
// only; names keep their letters.
func NewLines(w io.Writer, ascii bool) *Lines {
	l := &Lines{w: bufio.NewWriter(w), atLeast: "≥ ", ellipsis: "…"}
	if ascii {
		l.atLeast, l.ellipsis = ">= ", "..."
	}
	if f, ok := w.(interface{ Fd() uintptr }); ok && term.IsTerminal(int(f.Fd())) {
		l.columns = func() int {
			columns, _, _ := term.GetSize(int(f.Fd())) // 0 if unknown
			return columns
		}
	}
	return l
}

// Notice writes a message about the run as a whole.
func (l *Lines) Notice(at time.Time, text string) error {
	l.line(at, string(tasks.EventNotice), text)
	return l.w.Flush()
}

// Events writes events, oldest first.
func (l *Lines) Events(events []tasks.Event) error {
	for _, e := range events {
		l.line(e.Time, string(e.Type), eventText(e))
	}
	return l.w.Flush()
}

// Gap says how many events were lost because the reader was slow.
func (l *Lines) Gap(at time.Time, missed uint64) error {
	l.line(at, "gap", fmt.Sprintf("%d events were lost here, because this output was read too slowly; the log file has them", missed))
	return l.w.Flush()
}

// Progress writes the progress of the run.
func (l *Lines) Progress(s *tasks.Snapshot) error {
	l.line(s.At, "progress", l.progressText(s))
	return l.w.Flush()
}

func (l *Lines) line(at time.Time, word, text string) {
	l.hang(fmt.Sprintf("%s  %-8s ", units.Clock(at), word), text)
}

// hang writes text after an ASCII head. On a terminal it wraps the text and
// aligns the lines.
func (l *Lines) hang(head, text string) { l.hangIn(l.room(), head, text) }

func (l *Lines) hangIn(width int, head, text string) {
	for _, line := range wrap(clean(text), width-len(head)) {
		fmt.Fprintln(l.w, head+line)
		head = strings.Repeat(" ", len(head))
	}
}

// room returns the cells available for a line. Without a terminal there is no
// limit, so that each entry stays on one line of a file.
func (l *Lines) room() int {
	const least = 40
	if l.columns == nil {
		return math.MaxInt
	}
	if n := l.columns(); n > 0 {
		return max(least, n)
	}
	return math.MaxInt
}

// eventText returns place and message: "10.20.0.11 ch03 Gate timeout after 30
// s".
func eventText(e tasks.Event) string {
	where := e.Address
	if e.Camera >= 0 {
		where = strings.TrimSpace(where + " " + cameraOf(e.Channel, e.Track, e.CameraName))
	}
	if e.Machine != "" && e.Type != tasks.EventMachine {
		where += " on " + e.Machine
	}
	return strings.TrimSpace(where + "  " + told(e))
}

// told returns what happened and, unless it is retried anyway, what to do.
func told(e tasks.Event) string {
	if e.Type == tasks.EventRetry {
		return e.Message
	}
	return advised(e.Message, e.Remedy)
}

func advised(what string, r nvr.Remedy) string {
	return join("; ", what, remedy.Run(r))
}

// cameraOf returns a camera's name in a line: "ch02 sub Gate".
func cameraOf(channel int, track nvr.Track, name string) string {
	return strings.TrimSpace(tasks.CameraView{Channel: channel, Stream: track.Stream()}.Label() + " " + name)
}

func (l *Lines) progressText(s *tasks.Snapshot) string {
	var parts []string
	if s.TotalKnown && s.Total > 0 {
		parts = append(parts, fmt.Sprintf("%d%%", units.Percent(s.Bytes, s.Total)))
	}
	total := units.Size(s.Total)
	if !s.TotalKnown {
		total = l.atLeast + total
	}
	parts = append(parts, units.Size(s.Bytes)+" of "+total, units.Rate(s.Rate))
	if s.TotalKnown && s.ETA > 0 {
		end := units.Duration(s.ETA) + " left, until " + units.Finish(s.At, s.At.Add(s.ETA))
		if r := s.Last(); r != nil && len(s.Recorders) > 1 {
			end += ", " + cmp.Or(r.Name, r.Address)
		}
		parts = append(parts, end)
	}
	parts = append(parts, countsText(s.Counts))
	switch {
	case s.Disk.Held != "":
		parts = append(parts, s.Disk.Held)
	case s.Short() > 0:
		parts = append(parts, "needs "+units.Size(s.Needed)+", "+units.Size(s.Disk.Free)+" free")
	}
	return strings.Join(parts, "  ")
}

// WillNotFit says that the disk has too little space, and what to do.
func WillNotFit(s *tasks.Snapshot) string {
	return fmt.Sprintf("%s: needs %s, %s free; %s", s.Disk.Dir, units.Size(s.Needed), units.Size(s.Disk.Free), remedy.Run(archive.FreeSpace))
}

// countsText lists every state that has cameras, so that the numbers add up.
func countsText(c tasks.Counts) string {
	var parts []string
	for _, state := range tasks.States() {
		if n := c[state]; n > 0 {
			parts = append(parts, fmt.Sprintf("%s %d", state, n))
		}
	}
	return strings.Join(parts, "  ")
}
