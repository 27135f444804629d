package mp4

// Extent is how much a track will hold.
type Extent struct {
	Entry   int   // bytes of its sample entry
	Samples int   // of them,
	Keys    int   // key samples
	Bytes   int64 // of all samples
	Times   int   // rows of equal differences between decoding times
	Shifts  int   // rows of equal distances between decoding and showing
	Flushes int   // calls of Flush
}

// Reserve returns how much room the index of a file with such tracks takes at
// most, if the Writer gets their samples in the order of time.
func Reserve(video, sound Extent) int64 {
	// Sound is written when audioHold bytes or chunkSamples samples of it are
	// gathered, which ends a chunk of pictures; a chunk may need a row in two
	// tables.
	const fixed, perChunk = 2 << 10, 8 + 12
	flushes := min(int64(sound.Samples), sound.Bytes/audioHold+int64(sound.Samples)/chunkSamples+int64(sound.Flushes)+1)
	chunks := int64(video.Samples)/chunkSamples + 2 + 2*flushes
	return fixed + video.room() + sound.room() + chunks*perChunk
}

func (e Extent) room() int64 {
	return int64(e.Entry) + 4*int64(e.Samples) + 4*int64(e.Keys) + 8*int64(e.Times) + 8*int64(e.Shifts)
}
