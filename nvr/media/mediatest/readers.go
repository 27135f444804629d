package mediatest

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	mp4ff "github.com/Eyevinn/mp4ff/mp4"
	gomp4 "github.com/abema/go-mp4"
)

// CheckReaders has other people's readers of MP4 read the file, and compares
// what they say of each sample with what the Movie says.
func (m *Movie) CheckReaders(file []byte) error {
	return errors.Join(m.checkMP4FF(file), m.checkGoMP4(file))
}

// row is what all readers tell of a sample.
type row struct{ offset, size, dts, pts int64 }

func (t *Track) compare(reader string, got []row) error {
	want := make([]row, 0, len(t.Samples))
	for _, s := range t.Samples {
		want = append(want, row{s.Offset, s.Size, s.DTS, s.PTS})
	}
	if !slices.Equal(got, want) {
		return fmt.Errorf("%s reads the %d samples of %s as %v, want %v", reader, len(want), t.Format, got, want)
	}
	return nil
}

func (m *Movie) checkMP4FF(file []byte) error {
	f, err := mp4ff.DecodeFile(bytes.NewReader(file))
	if err != nil {
		return fmt.Errorf("mp4ff: %w", err)
	}
	if len(f.Moov.Traks) != len(m.Tracks) {
		return fmt.Errorf("mp4ff reads %d tracks", len(f.Moov.Traks))
	}
	for i, trak := range f.Moov.Traks {
		tables := trak.Mdia.Minf.Stbl
		var rows []row
		var at int64
		latest := 0
		for n := uint32(1); n <= tables.Stsz.GetNrSamples(); n++ {
			chunk, _, err := tables.Stsc.ChunkNrFromSampleNr(int(n))
			if err != nil {
				return fmt.Errorf("mp4ff: %w", err)
			}
			if chunk != latest {
				offset := func(int) (uint64, error) { return tables.Stco.GetOffset(chunk) }
				if tables.Co64 != nil {
					offset = tables.Co64.GetOffset
				}
				to, err := offset(chunk)
				if err != nil {
					return fmt.Errorf("mp4ff: %w", err)
				}
				latest, at = chunk, int64(to)
			}
			decoded, _ := tables.Stts.GetDecodeTime(n)
			r := row{at, int64(tables.Stsz.GetSampleSize(int(n))), int64(decoded), int64(decoded)}
			if tables.Ctts != nil {
				r.pts += int64(tables.Ctts.GetCompositionTimeOffset(n))
			}
			rows = append(rows, r)
			at += r.size
			if key := tables.Stss == nil || tables.Stss.IsSyncSample(n); key != m.Tracks[i].Samples[n-1].Key {
				return fmt.Errorf("mp4ff reads sample %d of %s as key: %v", n, m.Tracks[i].Format, key)
			}
		}
		if err := m.Tracks[i].compare("mp4ff", rows); err != nil {
			return err
		}
	}
	return nil
}

func (m *Movie) checkGoMP4(file []byte) error {
	info, err := gomp4.Probe(bytes.NewReader(file))
	if err != nil {
		return fmt.Errorf("go-mp4: %w", err)
	}
	if len(info.Tracks) != len(m.Tracks) || info.FastStart != m.Front {
		return fmt.Errorf("go-mp4 reads %d tracks, the index in front: %v", len(info.Tracks), info.FastStart)
	}
	for i, track := range info.Tracks {
		var rows []row
		var decoded int64
		samples := track.Samples
		for _, c := range track.Chunks {
			at := int64(c.DataOffset)
			for _, s := range samples[:c.SamplesPerChunk] {
				rows = append(rows, row{at, int64(s.Size), decoded, decoded + s.CompositionTimeOffset})
				at += int64(s.Size)
				decoded += int64(s.TimeDelta)
			}
			samples = samples[c.SamplesPerChunk:]
		}
		if err := m.Tracks[i].compare("go-mp4", rows); err != nil {
			return err
		}
		if a := track.AVC; a != nil && (int(a.Width) != m.Tracks[i].width() || a.LengthSize != 4) {
			return fmt.Errorf("go-mp4 reads pictures %d wide, lengths of %d bytes", a.Width, a.LengthSize)
		}
	}
	return nil
}

// width is that of a picture, as the sample entry tells it.
func (t *Track) width() int { return int(t.Entry[32])<<8 | int(t.Entry[33]) }
