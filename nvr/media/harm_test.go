package media_test

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"

	"example.com/hikgrab/nvr/media"
)

// noise returns meaningless bytes.
func noise(n int) []byte {
	b := make([]byte, n)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

// cut removes the bytes from–to.
func cut(from, to int) func(*footage) {
	return func(f *footage) { f.data = slices.Delete(f.data, from, to) }
}

// inside returns the offset of the middle of a picture.
func (f *footage) inside(picture int) int {
	end := len(f.data)
	if picture+1 < len(f.packs) {
		end = f.packs[picture+1]
	}
	return (f.packs[picture] + end) / 2
}

// pack returns the offset of a picture's pack.
func (f *footage) pack(picture int) int { return f.packs[picture] }

// again breaks off inside a picture and resumes at an earlier place.
func again(from func(*footage, int) int, first, last int) func(*footage) {
	return func(f *footage) {
		f.data = slices.Concat(f.data[:f.inside(last)], f.data[from(f, first):])
	}
}

func harmTrials(t testing.TB) []trial {
	h264 := plain("plain.h264")
	sound := with(h264, func(r *tape) { r.audio, r.sound = 0x90, tone() })
	kinds := func(k ...media.ProblemKind) []media.ProblemKind { return k }
	twice := kinds(media.Garbage, media.Duplicates)
	return []trial{
		{
			name: "tail cut", tape: h264, pictures: 49, problems: kinds(media.CutShort),
			harm: func(f *footage) { f.data = f.data[:f.inside(49)] },
		},
		{
			name: "tail cut in a pack header", tape: h264, pictures: 49, problems: kinds(media.CutShort),
			harm: func(f *footage) { f.data = f.data[:f.packs[49]+9] },
		},
		{
			name: "tail cut in a start code", tape: h264, pictures: 49, problems: kinds(media.CutShort),
			harm: func(f *footage) { f.data = f.data[:f.packs[49]+3] },
		},
		{
			name: "tail cut between packs: nothing shows it", tape: h264, pictures: 49,
			harm: func(f *footage) { f.data = f.data[:f.packs[49]] },
		},
		{
			name: "zeros behind the end", tape: h264,
			harm: func(f *footage) { f.data = append(f.data, make([]byte, 10)...) },
		},
		{
			name: "one zero byte behind the end", tape: sound,
			harm: func(f *footage) { f.data = append(f.data, 0) },
		},
		{
			name: "zeros between packs", tape: h264,
			harm: func(f *footage) { f.data = slices.Insert(f.data, f.packs[7], make([]byte, 4)...) },
		},
		{
			name: "starts on a late picture", tape: h264, pictures: 45 - 7, problems: kinds(media.LateKeyFrame),
			harm: func(f *footage) { f.data, f.pictures = f.data[f.packs[5]:], f.pictures[5:] },
		},
		{
			name: "head cut inside a picture", tape: h264, pictures: 38, problems: kinds(media.Garbage, media.LateKeyFrame),
			harm: func(f *footage) {
				f.data = append(slices.Clone(f.data[:40]), f.data[f.inside(4):]...)
			},
		},
		{
			name: "head cut inside a picture, no IMKH, no map", tape: h264, refused: true, refusal: media.ForeignContainer,
			harm: func(f *footage) { f.data = f.data[f.inside(4):] },
		},
		{
			name: "5 kB inserted", tape: h264, good: 49, problems: kinds(media.Garbage),
			harm: func(f *footage) { f.data = slices.Insert(f.data, f.inside(20), noise(5000)...) },
		},
		{
			name: "5 kB inserted between packs", tape: h264, problems: kinds(media.Garbage),
			harm: func(f *footage) { f.data = slices.Insert(f.data, f.packs[20], noise(5000)...) },
		},
		{
			name: "64 kB of zeros", tape: h264, good: 49, problems: kinds(media.Garbage),
			harm: func(f *footage) { f.data = slices.Insert(f.data, f.inside(20), make([]byte, 65536)...) },
		},
		{
			name: "overwritten", tape: h264, pictures: 45, good: 44, problems: kinds(media.Garbage, media.MissingFrames),
			harm: func(f *footage) {
				copy(f.data[f.inside(20):f.inside(25)], noise(1<<20))
			},
		},
		{
			name: "bytes missing", tape: h264, pictures: 45, good: 44, problems: kinds(media.Garbage, media.MissingFrames),
			harm: func(f *footage) { cut(f.inside(26), f.inside(31))(f) },
		},
		{
			name: "bytes missing up to the middle of an audio packet", tape: sound,
			pictures: 44, good: 43, problems: kinds(media.Garbage, media.MissingFrames),
			harm: func(f *footage) { cut(f.packs[26]+60, f.packs[33]-100)(f) },
		},
		{
			name: "pictures missing between packs", tape: h264, pictures: 47, problems: kinds(media.MissingFrames),
			harm: func(f *footage) { cut(f.packs[26], f.packs[29])(f) },
		},
		{
			name: "pictures missing, sound is counted", tape: with(sound, func(r *tape) { r.countSound = true }),
			pictures: 47, problems: kinds(media.MissingFrames),
			harm: func(f *footage) { cut(f.packs[26], f.packs[29])(f) },
		},
		{
			name: "pictures missing, sound has its own count", tape: with(sound, func(r *tape) { r.soundCount = true }),
			pictures: 47, problems: kinds(media.MissingFrames),
			harm: func(f *footage) { cut(f.packs[26], f.packs[29])(f) },
		},
		{
			name: "whole groups missing: a gap", tape: with(h264, func(r *tape) { r.repeat = 4 }), pictures: 150,
			harm: func(f *footage) {
				cut(f.packs[50], f.packs[100])(f)
				f.pictures = slices.Delete(f.pictures, 50, 100)
			},
		},
		{
			name: "a group missing", tape: h264, pictures: 38, problems: kinds(media.MissingFrames),
			harm: func(f *footage) { cut(f.packs[12], f.packs[24])(f) },
		},
		{
			name: "bytes twice", tape: h264, problems: twice, harm: again((*footage).inside, 20, 26),
		},
		{
			name: "bytes twice without numbers", tape: with(h264, func(r *tape) { r.noNumbers = true }),
			problems: twice, harm: again((*footage).inside, 20, 26),
		},
		{
			name: "bytes twice with sound", tape: sound, problems: twice, harm: again((*footage).inside, 20, 26),
		},
		{
			name: "cut inside a picture, continued before it", tape: h264, problems: twice, harm: again((*footage).pack, 20, 26),
		},
		{
			name: "cut inside a picture, continued where it begins", tape: h264, problems: twice, harm: again((*footage).pack, 26, 26),
		},
		{
			name: "cut inside a key frame, continued before it", tape: h264, problems: twice, harm: again((*footage).pack, 20, 24),
		},
		{
			name: "cut inside the last picture, continued before it", tape: h264, problems: twice, harm: again((*footage).pack, 40, 49),
		},
		{
			name: "cut inside a picture, continued before it, and cut there again", tape: h264, problems: twice,
			harm: func(f *footage) {
				f.data = slices.Concat(f.data[:f.inside(26)], f.data[f.packs[20]:f.packs[26]+90], f.data[f.packs[22]:])
			},
		},
		{
			name: "the last picture damaged", tape: h264, good: 49, problems: kinds(media.Garbage),
			harm: func(f *footage) { f.data = slices.Insert(f.data, f.inside(49), noise(5000)...) },
		},
		{
			name: "the first picture damaged", tape: h264, good: 49, problems: kinds(media.Garbage),
			harm: func(f *footage) { f.data = slices.Insert(f.data, f.inside(0), noise(5000)...) },
		},
		{
			name: "two pictures damaged in a row", tape: h264, good: 48, problems: kinds(media.Garbage),
			harm: func(f *footage) {
				for _, k := range []int{f.inside(21), f.inside(20)} {
					f.data = slices.Insert(f.data, k, noise(5000)...)
				}
			},
		},
		{
			name: "packs twice", tape: sound, problems: kinds(media.Duplicates),
			harm: func(f *footage) {
				again := bytes.Clone(f.data[f.packs[20]:f.packs[26]])
				f.data = slices.Insert(f.data, f.packs[26], again...)
			},
		},
		{
			name: "packs twice without numbers", tape: with(h264, func(r *tape) { r.noNumbers = true }), problems: kinds(media.Duplicates),
			harm: func(f *footage) {
				again := bytes.Clone(f.data[f.packs[20]:f.packs[26]])
				f.data = slices.Insert(f.data, f.packs[26], again...)
			},
		},
		{
			name: "numbers that count something else", tape: with(h264, func(r *tape) { r.numberStep = 40 }),
			harm: func(*footage) {},
		},
		{
			name: "a number that jumps without a picture missing", tape: h264,
			harm: func(f *footage) {
				for _, at := range f.packs[30:] {
					f.data[at+19] += 100
				}
			},
		},
		{
			name: "the codec changes", tape: h264, refused: true, refusal: media.ForeignCodec,
			harm: func(f *footage) {
				r := plain("plain.h265")
				f.data = append(f.data, record(t, r).data[40:]...)
			},
		},
		{
			name: "the file again behind itself", tape: h264, pictures: 50, problems: kinds(media.Duplicates),
			harm: func(f *footage) { f.data = append(f.data, bytes.Clone(f.data)...) },
		},
	}
}
