package derive

import (
	"context"
	"fmt"
	"os"
	"path"
	"strings"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks/archive"
)

// Frames makes stills of a camera's recordings in the window: a directory of
// JPEGs for each recording, in archive.FramesTree, with a list of them. A still
// is a picture as recorded, at its own time: where nothing was recorded there
// is none, and no still appears twice. With every.Time it is the first picture
// in each stretch of that length, counted from midnight of the recorder's
// clock, so that the stills of different cameras line up.
//
// A directory is complete or absent; an existing one is not made again. ffmpeg
// decodes the stills, one recording at a time. If it is missing and something
// is to be made, the error is ErrNoFFmpeg. A recording that ffmpeg cannot read
// costs only its own stills; the final error reports it.
//
// Even with an error the result holds what is finished. Path of its files is
// the directory, and Frames the number of stills in it.
func Frames(ctx context.Context, a *archive.Archive, c Camera, w archive.Span, every Every, p *Progress) (Result, error) {
	var result Result
	if c.photos() {
		result.note(onlyPhotos)
		return result, nil
	}
	shots, err := c.shots(a, w, every, &result)
	if err != nil || len(shots) == 0 {
		return result.end("video", err)
	}
	var program ffmpeg
	if program.path, err = findFFmpeg(); err != nil {
		return result, err
	}
	for _, s := range shots {
		p.Total.Add(s.bytes())
	}
	var failed []error
	for _, s := range shots {
		d, said, err := s.take(ctx, a, &program, p)
		switch {
		case ctx.Err() != nil:
			return result, context.Cause(ctx)
		case archive.KindOf(err) != archive.KindUnknown:
			return result, err
		case err != nil:
			failed = append(failed, err)
			result.note("%v", err)
			continue
		case said != "":
			result.note("%s: stills were made, but ffmpeg complained: %s", s.file.Path, said)
		}
		result.derived(d)
	}
	if len(failed) > 0 {
		return result, fmt.Errorf("%s of %d gave no stills; the first: %w", nvr.Count(len(failed), "recording"), len(shots), failed[0])
	}
	return result, nil
}

// shot is a recording to make stills of.
type shot struct {
	file         archive.Finished
	every        Every
	archive.Span        // what it cuts off; zero where it cuts nothing
	dir          string // under the tree
}

// shots returns the recordings that still need stills; the others go into the
// result.
func (c *Camera) shots(a *archive.Archive, w archive.Span, every Every, result *Result) ([]shot, error) {
	movies, others := c.movies(w)
	var odd []archive.Finished
	for _, f := range others {
		if path.Ext(f.Path) == ".mpg" {
			movies = append(movies, f)
		} else {
			odd = append(odd, f)
		}
	}
	result.leaveOut(odd, "no video")
	var all []shot
	for _, f := range movies {
		s := shot{file: f, every: every, Span: within(f, w)}
		s.dir = path.Join(every.String(), strings.TrimSuffix(f.Path, path.Ext(f.Path))+s.suffix())
		n, done, err := a.Stills(s.dir)
		if err != nil {
			return nil, err
		}
		if done {
			result.Files = append(result.Files, s.derived(n))
			continue
		}
		all = append(all, s)
	}
	return all, nil
}

// suffix tells the directories of different windows apart.
func (s *shot) suffix() string {
	text := ""
	if !s.From.IsZero() {
		text += "_from-" + s.From.Format(nameLayout)
	}
	if !s.To.IsZero() {
		text += "_to-" + s.To.Format(nameLayout)
	}
	return text
}

func (s *shot) derived(stills int) archive.Derived {
	d := archive.Derived{Finished: s.file, Frames: stills}
	d.Path, d.Bytes, d.SHA256 = path.Join(string(archive.FramesTree), s.dir), 0, ""
	d.Start, d.End = ends(s.Span, d.Start, d.End)
	return d
}

// seeking is how far into a recording a window must begin for ffmpeg to seek by
// the index instead of decoding everything before it.
const seeking = 10 * time.Second

// skipped returns the time between the recording's first picture and the first
// still.
func (s *shot) skipped() time.Duration {
	if s.From.IsZero() {
		return 0
	}
	return s.From.Sub(begins(s.file))
}

// input returns the arguments that open the recording, and whether ffmpeg's
// times count from the first picture. They name the format: a recording may be
// anything, and ffmpeg also reads lists of other files.
func (s *shot) input(name string) (args []string, counted bool) {
	format := "mpeg"
	if path.Ext(s.file.Path) == ".mp4" {
		format = "mov"
	}
	args = []string{"-f", format}
	// Only an MP4 of ours is sure to count from its first picture.
	if skip := s.skipped(); skip > seeking && format == "mov" && !s.file.Begins.IsZero() {
		args = append(args, "-noaccurate_seek", "-copyts", "-ss", fmt.Sprintf("%d.%06d", skip/time.Second, skip%time.Second/time.Microsecond))
		counted = true
	}
	return append(args, "-i", "file:"+name), counted
}

// filter returns the ffmpeg filter that selects the pictures. It counts in
// whole microseconds since the first picture, because a fraction of a second is
// not an exact number.
func (s *shot) filter(counted bool) string {
	first := begins(s.file)
	pts := "PTS"
	if !counted {
		pts = "PTS-STARTPTS"
	}
	// Damaged recordings have times that stand still or go back, where ffmpeg
	// itself would stop.
	filter := fmt.Sprintf(`settb=1/1000000,setpts=if(isnan(PREV_OUTPTS)\,%[1]s\,max(%[1]s\,PREV_OUTPTS+1))`, pts)
	if !s.From.IsZero() {
		filter += fmt.Sprintf(",trim=start_pts=%d", max(0, s.skipped().Microseconds()))
	}
	if !s.To.IsZero() {
		filter += fmt.Sprintf(",trim=end_pts=%d", max(0, s.To.Sub(first).Microseconds()))
	}
	if s.every.Frames > 0 {
		return filter + fmt.Sprintf(`,select=not(mod(n\,%d))`, s.every.Frames)
	}
	step := s.every.Time.Microseconds()
	midnight := first.Truncate(24 * time.Hour) // a wall clock, carried in UTC
	phase := first.Sub(midnight).Microseconds() % step
	return filter + fmt.Sprintf(`,select=isnan(prev_selected_pts)+gt(floor((pts+%[1]d)/%[2]d)\,floor((prev_selected_pts+%[1]d)/%[2]d))`, phase, step)
}

// bytes returns roughly how much of the recording ffmpeg must read.
func (s *shot) bytes() int64 {
	whole := s.file.End.Sub(s.file.Start)
	if whole <= 0 {
		return s.file.Bytes
	}
	return int64(float64(s.file.Bytes) * float64(s.length()) / float64(whole))
}

func (s *shot) length() time.Duration {
	from, to := ends(s.Span, s.file.Start, s.file.End)
	return to.Sub(from)
}

func (s *shot) take(ctx context.Context, a *archive.Archive, program *ffmpeg, p *Progress) (d archive.Derived, said string, err error) {
	name, err := a.Locate(s.file)
	if err != nil {
		return d, "", err
	}
	var told int64 // of p.Done
	tell := func(bytes int64) {
		p.Done.Add(bytes - told)
		told = bytes
	}
	stills := 0
	failed := a.DeriveDirectory(ctx, s.dir, func(ctx context.Context, root *os.Root, dir string) error {
		input, counted := s.input(name)
		said, err = program.run(ctx, dir, input, s.filter(counted), func(at time.Duration) {
			if length := s.length(); length > 0 {
				part := min(1, max(0, float64(at-s.skipped())/float64(length)))
				tell(max(told, int64(float64(s.bytes())*part)))
			}
		})
		if err == nil {
			stills, err = s.name(root)
		}
		return err
	})
	tell(s.bytes())
	switch {
	case failed == nil:
		return s.derived(stills), said, nil
	case err != nil && archive.KindOf(failed) == archive.KindUnknown:
		return d, "", fmt.Errorf("%s: %w", s.file.Path, err)
	}
	return d, "", failed
}
