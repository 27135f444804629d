// Package mediatest holds what the tests of several packages compare against:
// an MP4 as third-party libraries read it, and a reader of elementary streams
// that shares no code with the code under test. It is for tests only, and may
// panic on broken input.
package mediatest

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"

	mp4ff "github.com/Eyevinn/mp4ff/mp4"
	gomp4 "github.com/abema/go-mp4"
)

// Movie is an MP4 as go-mp4 reads it.
type Movie struct {
	Tracks    []Track
	Front     bool // the index comes before the samples
	Timescale int64
	Duration  int64 // of the whole movie, in timescale
}

// Track is a track of a Movie.
type Track struct {
	Handler   string
	Format    string // sample entry
	Timescale int64
	Samples   []Sample
	Start     int64 // media time where the presentation begins
	Delay     int64 // empty edit at the start, in units of the movie
	Edit      int64 // length of the edit, in units of the movie; -1 without an edit list
}

// Sample is a sample of a Track.
type Sample struct {
	Offset   int64
	DTS, PTS int64 // media time
	Key      bool
	Data     []byte
}

// Shown returns when a sample is shown, in units of the track, counted from the
// start of the movie.
func (t *Track) Shown(m *Movie, s Sample) int64 {
	return s.PTS - t.Start + t.Delay*t.Timescale/m.Timescale
}

// tables holds the boxes of a track that describe its samples, by kind.
type tables map[string]gomp4.IBox

// ReadMovie reads an MP4 without fragments. It checks lengths against the file,
// and tables against each other.
func ReadMovie(f io.ReaderAt, size int64) (m Movie, err error) {
	var moov, mdat gomp4.BoxInfo
	var tracks []tables
	file := io.NewSectionReader(f, 0, size)
	_, err = gomp4.ReadBoxStructure(file, func(h *gomp4.ReadHandle) (any, error) {
		switch kind := h.BoxInfo.Type.String(); kind {
		case "mdat":
			mdat = h.BoxInfo
		case "moov":
			moov = h.BoxInfo
			return h.Expand()
		case "trak":
			tracks = append(tracks, tables{})
			m.Tracks = append(m.Tracks, Track{Edit: -1})
			return h.Expand()
		case "edts", "mdia", "minf", "stbl", "stsd":
			return h.Expand()
		case "mvhd":
			box, _, err := h.ReadPayload()
			m.Timescale, m.Duration = int64(box.(*gomp4.Mvhd).Timescale), int64(box.(*gomp4.Mvhd).GetDuration())
			return nil, err
		case "mdhd", "hdlr", "elst", "stts", "ctts", "stss", "stsz", "stsc", "stco", "co64":
			box, _, err := h.ReadPayload()
			tracks[len(tracks)-1][kind] = box
			return nil, err
		default:
			if len(h.Path) > 1 && h.Path[len(h.Path)-2] == gomp4.BoxTypeStsd() {
				m.Tracks[len(tracks)-1].Format = kind
			}
		}
		return nil, nil
	})
	if err != nil {
		return m, err
	}
	if end, _ := file.Seek(0, io.SeekCurrent); end != size || mdat.Size == 0 || moov.Size == 0 {
		return m, fmt.Errorf("boxes of %d bytes in a file of %d, %d of them samples", end, size, mdat.Size)
	}
	m.Front = moov.Offset < mdat.Offset
	for i := range m.Tracks {
		m.Tracks[i].read(tracks[i])
		for k, s := range m.Tracks[i].Samples {
			if s.Offset < int64(mdat.Offset+mdat.HeaderSize) || s.Offset+int64(len(s.Data)) > int64(mdat.Offset+mdat.Size) {
				return m, fmt.Errorf("sample %d is outside the box of samples", k)
			}
			if _, err := f.ReadAt(s.Data, s.Offset); err != nil && !errors.Is(err, io.EOF) {
				return m, err
			}
		}
	}
	return m, nil
}

// read reads everything about the samples except their bytes.
func (t *Track) read(from tables) {
	head := from["mdhd"].(*gomp4.Mdhd)
	t.Handler, t.Timescale = string(from["hdlr"].(*gomp4.Hdlr).HandlerType[:]), int64(head.Timescale)
	if edits, ok := from["elst"].(*gomp4.Elst); ok {
		for i := range edits.Entries {
			length, start := int64(edits.GetSegmentDuration(i)), edits.GetMediaTime(i)
			if start == -1 {
				t.Delay = length
			} else {
				t.Start, t.Edit = start, length
			}
		}
	}
	decoded := int64(0)
	for _, run := range from["stts"].(*gomp4.Stts).Entries {
		for range run.SampleCount {
			t.Samples = append(t.Samples, Sample{DTS: decoded, PTS: decoded, Key: from["stss"] == nil})
			decoded += int64(run.SampleDelta)
		}
	}
	sizes := from["stsz"].(*gomp4.Stsz)
	if int(sizes.SampleCount) != len(t.Samples) || decoded != int64(head.GetDuration()) {
		panic(fmt.Sprintf("%d times for %d samples, to %d of %d", len(t.Samples), sizes.SampleCount, decoded, head.GetDuration()))
	}
	if shifts, ok := from["ctts"].(*gomp4.Ctts); ok {
		k := 0
		for i, run := range shifts.Entries {
			for range run.SampleCount {
				t.Samples[k].PTS += shifts.GetSampleOffset(i)
				k++
			}
		}
	}
	if keys, ok := from["stss"].(*gomp4.Stss); ok {
		for _, number := range keys.SampleNumber {
			t.Samples[number-1].Key = true
		}
	}
	t.places(from, sizes)
}

// places finds the position of each sample.
func (t *Track) places(from tables, sizes *gomp4.Stsz) {
	var chunks []uint64
	switch offsets := cmp.Or(from["stco"], from["co64"]).(type) {
	case *gomp4.Co64:
		chunks = offsets.ChunkOffset
	case *gomp4.Stco:
		for _, at := range offsets.ChunkOffset {
			chunks = append(chunks, uint64(at))
		}
	}
	runs := from["stsc"].(*gomp4.Stsc).Entries
	k := 0
	for c, at := range chunks {
		if len(runs) > 1 && int(runs[1].FirstChunk) == c+1 {
			runs = runs[1:]
		}
		for range runs[0].SamplesPerChunk {
			size := sizes.SampleSize
			if size == 0 {
				size = sizes.EntrySize[k]
			}
			t.Samples[k].Offset, t.Samples[k].Data = int64(at), make([]byte, size)
			at += uint64(size)
			k++
		}
	}
	if k != len(t.Samples) {
		panic("chunks do not hold all samples")
	}
}

// Track returns the track with the given handler.
func (m *Movie) Track(handler string) *Track {
	for i := range m.Tracks {
		if m.Tracks[i].Handler == handler {
			return &m.Tracks[i]
		}
	}
	return &Track{}
}

// Compare parses the file with mp4ff as well, and compares each sample with the
// Movie.
func (m *Movie) Compare(file []byte) error {
	f, err := mp4ff.DecodeFile(bytes.NewReader(file))
	if err != nil {
		return fmt.Errorf("mp4ff: %w", err)
	}
	if len(f.Moov.Traks) != len(m.Tracks) {
		return fmt.Errorf("mp4ff reads %d tracks", len(f.Moov.Traks))
	}
	type row struct {
		offset, size, dts, pts int64
		key                    bool
	}
	for i, trak := range f.Moov.Traks {
		t, tables := m.Tracks[i], trak.Mdia.Minf.Stbl
		var got, want []row
		for n, s := range t.Samples {
			want = append(want, row{s.Offset, int64(len(s.Data)), s.DTS, s.PTS, s.Key})
			decoded, _ := tables.Stts.GetDecodeTime(uint32(n + 1))
			r := row{-1, int64(tables.Stsz.GetSampleSize(n + 1)), int64(decoded), int64(decoded), tables.Stss == nil || tables.Stss.IsSyncSample(uint32(n+1))}
			if tables.Ctts != nil {
				r.pts += int64(tables.Ctts.GetCompositionTimeOffset(uint32(n + 1)))
			}
			if at, err := trak.GetRangesForSampleInterval(uint32(n+1), uint32(n+1)); err == nil {
				r.offset = int64(at[0].Offset)
			}
			got = append(got, r)
		}
		if !slices.Equal(got, want) || int(trak.GetNrSamples()) != len(want) {
			return fmt.Errorf("mp4ff reads the samples of %s as %v, want %v", t.Format, got, want)
		}
	}
	return nil
}
