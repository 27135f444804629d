package archive

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"fmt"
	"math"
	"path"
	"strconv"
	"strings"
	"time"

	"example.com/hikgrab/nvr"
)

// column is a column of manifest.csv. Unknown values stay empty.
type column struct {
	name  string
	key   bool // a line with a wrong value here is not ours
	write func(r *record) string
	read  func(r *record, text string) error
}

// columns are the manifest's columns in order. New ones go before the notes,
// which stay last. Times except finished_at are the recorder's wall clock;
// begins is that of the first picture. Duration is in seconds, including gaps.
// Clock_offset is how many seconds the recorder's clock was ahead. Notes are
// separated by "; ".
var columns = []column{
	cellColumn("recorder", func(r *record) *string { return &r.Recorder }),
	cellColumn("name", func(r *record) *string { return &r.Label }),
	{"channel", false, func(r *record) string { return strconv.Itoa(r.Track.Channel()) }, func(*record, string) error { return nil }},
	cellColumn("camera", func(r *record) *string { return &r.Camera }),
	{"track", false, func(r *record) string { return strconv.Itoa(int(r.Track)) }, func(r *record, text string) error {
		n, err := strconv.Atoi(text)
		r.Track = nvr.Track(n)
		return err
	}},
	timeColumn("start", wallLayout, func(r *record) *string { return &r.Start }),
	timeColumn("end", wallLayout, func(r *record) *string { return &r.End }),
	{"path", true, func(r *record) string { return strings.TrimPrefix(r.Path, string(r.Tree)+"/") }, func(r *record, text string) error {
		if r.Path = text; r.Tree != "" {
			r.Path = string(r.Tree) + "/" + text
		}
		return nil
	}},
	{"bytes", true, func(r *record) string { return strconv.FormatInt(r.Bytes, 10) }, func(r *record, text string) (err error) {
		r.Bytes, err = strconv.ParseInt(text, 10, 64)
		return err
	}},
	{"sha256", true, func(r *record) string { return r.SHA256.String() }, func(r *record, text string) error {
		return r.SHA256.UnmarshalText([]byte(text))
	}},
	cellColumn("codec", func(r *record) *string { return &r.Codec }),
	pictureColumn("width", func(r *record) *int { return &r.Width }, strconv.Itoa, strconv.Atoi),
	pictureColumn("height", func(r *record) *int { return &r.Height }, strconv.Itoa, strconv.Atoi),
	pictureColumn("fps", func(r *record) *float64 { return &r.FPS }, decimal, parseDecimal),
	pictureColumn("frames", func(r *record) *int { return &r.Frames }, strconv.Itoa, strconv.Atoi),
	pictureColumn("duration", func(r *record) *float64 { return &r.Seconds }, decimal, parseDecimal),
	{"attempts", true, func(r *record) string { return strconv.Itoa(r.Attempts) }, func(r *record, text string) (err error) {
		r.Attempts, err = strconv.Atoi(text)
		return err
	}},
	{"finished_at", true, func(r *record) string { return r.At.Format(time.RFC3339) }, func(r *record, text string) (err error) {
		r.At, err = time.Parse(time.RFC3339, text)
		return err
	}},
	timeColumn("begins", beginsLayout, func(r *record) *string { return &r.Begins }),
	{"id", false, (*record).name, (*record).readName},
	{"clock_offset", false, func(r *record) string { return r.Clock.offset() }, func(r *record, text string) error {
		seconds, err := parseDecimal(cmp.Or(text, "0"))
		r.Clock = Clock{Known: text != "", Ahead: time.Duration(math.Round(seconds*1000)) * time.Millisecond}
		return err
	}},
	cellColumn("kind", func(r *record) *string { return &r.Kind }),
	{"notes", false, (*record).notes, (*record).readNotes},
}

var manifestHeader = func() string {
	names := make([]string, 0, len(columns))
	for _, c := range columns {
		names = append(names, c.name)
	}
	return strings.Join(names, ",")
}()

func cellColumn(name string, at func(*record) *string) column {
	return column{
		name, false, func(r *record) string { return cell(*at(r)) },
		func(r *record, text string) error { *at(r) = uncell(text); return nil },
	}
}

func timeColumn(name, layout string, at func(*record) *string) column {
	return column{name, false, func(r *record) string { return *at(r) }, func(r *record, text string) error {
		*at(r) = text
		if text == "" {
			return nil
		}
		_, err := time.Parse(layout, text)
		return err
	}}
}

// pictureColumn is a column about pictures: empty if there are none.
func pictureColumn[T any](name string, at func(*record) *T, format func(T) string, parse func(string) (T, error)) column {
	return column{name, false, func(r *record) string {
		if r.Frames == 0 {
			return ""
		}
		return format(*at(r))
	}, func(r *record, text string) (err error) {
		*at(r), err = parse(cmp.Or(text, "0"))
		return err
	}}
}

func decimal(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

func parseDecimal(text string) (float64, error) { return strconv.ParseFloat(text, 64) }

// offset returns the clock in seconds.
func (c Clock) offset() string {
	if !c.Known {
		return ""
	}
	return decimal(c.Ahead.Round(time.Millisecond).Seconds())
}

// row encodes a finished file for the manifest. The notes are quoted even if
// there are none, so that a line that lost its end is recognized.
func (r *record) row() []byte {
	fields := make([]string, 0, len(columns))
	for _, c := range columns {
		fields = append(fields, c.write(r))
	}
	last := len(fields) - 1
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	_ = w.Write(fields[:last]) // writing to a bytes.Buffer never fails
	w.Flush()
	b.Truncate(b.Len() - 1)
	b.WriteString(`,"` + strings.ReplaceAll(fields[last], `"`, `""`) + `"` + "\n")
	return b.Bytes()
}

// readRow reads a line of a tree's manifest. It returns false for lines that
// make no sense: somebody may have added or changed them. Without all, only the
// file and its checksum must make sense.
func readRow(line []byte, t Tree, all bool) (r record, ok bool) {
	fields, err := splitRow(string(bytes.TrimRight(line, "\r")))
	if err != nil || len(fields) < len(columns) {
		return r, false
	}
	r = record{Type: doneRecord, Tree: t}
	for i, c := range columns {
		if (all || c.key) && c.read(&r, fields[i]) != nil {
			return r, false
		}
	}
	return r, true
}

func splitRow(line string) ([]string, error) {
	if bare := strings.TrimSuffix(line, `""`); !strings.Contains(bare, `"`) {
		return strings.Split(bare, ","), nil
	}
	fields, err := csv.NewReader(strings.NewReader(line)).Read()
	if err != nil {
		return nil, fmt.Errorf("split line: %w", err)
	}
	return fields, nil
}

// name identifies the file from run to run.
func (r *record) name() string {
	if r.Tree != "" {
		return r.Origin.String()
	}
	return r.fileID().String()
}

// readName is called after the columns that it needs.
func (r *record) readName(text string) (err error) {
	if r.Tree != "" {
		r.Form = asMovie
		r.Origin, err = parseOrigin(text)
		r.ID = r.Origin.id(r.Tree)
		return err
	}
	f := asSent
	if path.Ext(r.Path) == ".mp4" && r.Frames > 0 { // the pictures of a recorder's own MP4 are not counted
		f = asMovie
	}
	id, err := parseFileID(text, f)
	r.ID, r.Form, r.Clip = id.recording, id.form, id.clip
	return err
}

// notes returns the remarks, after what a clip was wanted for.
func (r *record) notes() string {
	text := strings.Join(r.Notes, "; ")
	if r.Clip != (clip{}) {
		text = strings.TrimSuffix(r.Clip.note()+"; "+text, "; ")
	}
	return cell(text)
}

// readNotes is called after the columns that it needs.
func (r *record) readNotes(text string) error {
	text = uncell(text)
	if r.Clip != (clip{}) {
		text = strings.TrimPrefix(strings.TrimPrefix(text, r.Clip.note()), "; ")
	}
	if text != "" {
		r.Notes = strings.Split(text, "; ")
	}
	return nil
}
